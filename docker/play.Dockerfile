# What plays: Celery's workers and beat, and the commands of manage.py. No pages, no model.
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
USER 10001
ENV TOSSIM_VAR=/var/lib/tossim
CMD ["celery", "-A", "tossim_site", "worker", "-P", "threads", "-c", "16", "-Q", "live", "-l", "info"]
