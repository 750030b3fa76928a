# The site: pages, API and sockets (Daphne). Build from the repository's root: docker build -f docker/web.Dockerfile .
FROM node:22-bookworm-slim AS pages
WORKDIR /build
COPY frontend/package.json frontend/package-lock.json frontend/.npmrc ./
RUN npm ci --no-audit --no-fund
COPY frontend/svelte.config.js frontend/tsconfig.json frontend/vite.config.ts frontend/vite.export.config.ts ./
COPY frontend/src ./src
RUN npm run build

FROM python:3.12-slim-bookworm
ENV PYTHONUNBUFFERED=1 PYTHONDONTWRITEBYTECODE=1
RUN useradd --system --uid 10001 --create-home tossim \
    && install --directory --owner=tossim --group=tossim /var/lib/tossim
COPY requirements/base.lock /tmp/base.lock
RUN pip install --no-cache-dir --no-deps --require-hashes -r /tmp/base.lock
WORKDIR /srv/tossim
COPY manage.py ./
COPY tossim_site ./tossim_site
COPY game ./game
COPY agents ./agents
COPY eval ./eval
COPY training ./training
COPY frontend ./frontend
COPY --from=pages /build/dist ./frontend/dist
USER 10001
ENV TOSSIM_VAR=/var/lib/tossim
EXPOSE 8000
HEALTHCHECK --interval=10s --timeout=5s --start-period=30s \
    CMD ["python", "-c", "import urllib.request as u; u.urlopen('http://127.0.0.1:8000/healthz', timeout=4)"]
CMD ["daphne", "-b", "0.0.0.0", "-p", "8000", "tossim_site.asgi:application"]
