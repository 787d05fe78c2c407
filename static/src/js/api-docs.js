/** Starts Swagger UI on this server's own description of its API; nothing is asked of other servers. */

addEventListener('load', () => {
  window.SwaggerUIBundle({
    url: document.getElementById('swagger-ui').dataset.url,
    dom_id: '#swagger-ui',
    deepLinking: true,
    persistAuthorization: false,
    validatorUrl: null,
    presets: [window.SwaggerUIBundle.presets.apis],
    layout: 'BaseLayout',
  })
})
