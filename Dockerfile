# Outlay as one image. Web, worker and scheduler together, with an embedded Valkey and SQLite:
#   docker run -p 5000:5000 -v outlay:/data outlay
# With DATABASE_URL and REDIS_URL set, each process of the Procfile can run in a container of its own.

FROM node:22-slim AS assets
WORKDIR /outlay
COPY package.json package-lock.json .npmrc ./
RUN npm ci --no-audit --no-fund
COPY static static
RUN npm run build

FROM python:3.12-slim AS packages
COPY requirements.txt .
RUN python -m venv /venv \
    && /venv/bin/pip install --no-cache-dir --require-hashes --only-binary :all: -r requirements.txt

FROM python:3.12-slim
RUN useradd --system --uid 10001 --home-dir /data --shell /usr/sbin/nologin outlay \
    && install -d -o outlay -g outlay -m 700 /data
COPY --from=packages /venv /venv
WORKDIR /outlay
COPY . .
COPY --from=assets /outlay/static/dist static/dist
RUN /venv/bin/python -m compileall -q app config migrations
ENV PATH=/venv/bin:$PATH \
    PYTHONUNBUFFERED=1 \
    FLASK_APP=app \
    OUTLAY_HOST=0.0.0.0 \
    OUTLAY_PORT=5000 \
    OUTLAY_DATA_DIR=/data
USER outlay
VOLUME /data
EXPOSE 5000
HEALTHCHECK --interval=30s --timeout=5s --start-period=60s CMD \
    ["python", "-c", "import urllib.request; urllib.request.urlopen('http://127.0.0.1:5000/health', timeout=4)"]
STOPSIGNAL SIGTERM
CMD ["python", "run.py"]
