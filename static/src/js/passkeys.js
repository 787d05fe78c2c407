/**
 * Passkeys: `<form data-passkey="create|get" data-options="url">` fetches a challenge, lets the device
 * answer it, puts the answer into the field `credential` and sends the form.
 */

const token = () => document.querySelector('meta[name="csrf-token"]').content

const bytes = (text) =>
  Uint8Array.from(atob(text.replace(/-/g, '+').replace(/_/g, '/')), (letter) => letter.charCodeAt(0))

const text = (buffer) =>
  btoa(String.fromCharCode(...new Uint8Array(buffer)))
    .replace(/\+/g, '-')
    .replace(/\//g, '_')
    .replace(/=+$/, '')

/** What PublicKeyCredential.parse…OptionsFromJSON does, where the browser has it not yet. */
function parsed(options) {
  const known = (one) => ({ ...one, id: bytes(one.id) })
  return {
    ...options,
    challenge: bytes(options.challenge),
    ...(options.user && { user: known(options.user) }),
    excludeCredentials: options.excludeCredentials?.map(known),
    allowCredentials: options.allowCredentials?.map(known),
  }
}

/** What PublicKeyCredential.toJSON does, where the browser has it not yet. */
function plain(credential) {
  if (credential.toJSON) return credential.toJSON()
  const names = ['clientDataJSON', 'attestationObject', 'authenticatorData', 'signature', 'userHandle']
  const given = names.filter((name) => credential.response[name])
  return {
    id: credential.id,
    rawId: text(credential.rawId),
    type: credential.type,
    response: Object.fromEntries(given.map((name) => [name, text(credential.response[name])])),
    clientExtensionResults: credential.getClientExtensionResults(),
  }
}

const ceremonies = {
  create: (options) =>
    navigator.credentials.create({
      publicKey: PublicKeyCredential.parseCreationOptionsFromJSON?.(options) ?? parsed(options),
    }),
  get: (options) =>
    navigator.credentials.get({
      publicKey: PublicKeyCredential.parseRequestOptionsFromJSON?.(options) ?? parsed(options),
    }),
}

/** What a browser's exception means to a person (WebAuthn, sections 5.1.3 and 5.1.4). */
const meanings = {
  NotAllowedError: 'Nothing happened: it was cancelled, or it took too long. Try again.',
  InvalidStateError: 'This device has a passkey for your account already.',
  SecurityError: 'This address is not the one that passkeys are made for here.',
  NotSupportedError: 'This device cannot make passkeys that ask for your finger, face or PIN.',
}

async function fetchOptions(form) {
  const response = await fetch(form.dataset.options, {
    method: 'POST',
    body: new URLSearchParams({ password: form.elements.password?.value ?? '' }),
    headers: { 'X-CSRFToken': token(), Accept: 'application/json' },
  }).catch(() => null)
  if (response?.ok) return response.json()
  const said = response?.status === 422 ? Object.values((await response.json()).errors).flat() : []
  if (said.length) throw new Error(said.join(' '))
  if (response?.status === 429) throw new Error('That was a bit fast. Wait a moment, then try again.')
  throw new Error('Outlay could not be reached, or this page is out of date. Reload it and try again.')
}

async function run(form) {
  const fault = form.querySelector('[data-fault]')
  const button = form.querySelector('button[type="submit"]')
  fault.hidden = true
  button.disabled = true
  try {
    const credential = await ceremonies[form.dataset.passkey](await fetchOptions(form))
    form.elements.credential.value = JSON.stringify(plain(credential))
    form.submit()
  } catch (error) {
    fault.textContent = meanings[error.name] ?? error.message
    fault.hidden = false
    button.disabled = false
  }
}

for (const form of document.querySelectorAll('form[data-passkey]')) {
  form.hidden = !window.PublicKeyCredential
  form.addEventListener('submit', (event) => {
    event.preventDefault()
    run(form)
  })
}
