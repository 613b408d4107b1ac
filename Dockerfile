# Stage 1: the pages. Stage 2: the server. The database is another container (compose.yaml).
FROM node:24-bookworm-slim AS pages
WORKDIR /build/static
COPY static/package.json static/package-lock.json ./
RUN npm ci --no-audit --no-fund
COPY docs/openapi.json /build/docs/openapi.json
COPY static/ ./
RUN npm run build

FROM python:3.11-slim-bookworm
ENV PYTHONDONTWRITEBYTECODE=1 \
    PYTHONUNBUFFERED=1
WORKDIR /srv/foodmap
COPY requirements.lock ./
RUN pip install --no-cache-dir --require-hashes --requirement requirements.lock
# The road engine's programs, where this Python looks for them.
COPY requirements-roads.lock scripts/fetch_engine.py ./
RUN python fetch_engine.py requirements-roads.lock /usr/local/osrm --no-cache-dir
COPY alembic.ini ./
COPY migrations/ migrations/
COPY app/ app/
COPY --from=pages /build/static/dist static/dist
RUN useradd --system --uid 10001 --user-group --home-dir /srv/foodmap foodmap \
    && mkdir -p /srv/foodmap/files /srv/foodmap/roads \
    && chown foodmap:foodmap /srv/foodmap/files /srv/foodmap/roads
USER 10001
ENV FILES_DIR=/srv/foodmap/files \
    ROADS_DIR=/srv/foodmap/roads
VOLUME ["/srv/foodmap/files", "/srv/foodmap/roads"]
EXPOSE 8000
HEALTHCHECK --interval=30s --timeout=5s --start-period=30s --retries=3 \
    CMD ["python", "-c", "import urllib.request; urllib.request.urlopen('http://127.0.0.1:8000/healthz', timeout=4)"]
CMD ["python", "-m", "uvicorn", "--factory", "app.main:create_app", "--host", "0.0.0.0", "--port", "8000", "--no-access-log", "--no-server-header"]
