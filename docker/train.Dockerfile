# The worker of the queue `train`: Django beside an environment with torch, TRL and PEFT, which runs as a subprocess.
FROM python:3.11-slim-bookworm
# The address of an index with the build of torch that fits the machine; empty: what pip's own index gives.
ARG TORCH_INDEX
ENV PYTHONUNBUFFERED=1 PYTHONDONTWRITEBYTECODE=1
RUN useradd --system --uid 10001 --create-home tossim \
    && install --directory --owner=tossim --group=tossim /var/lib/tossim /var/cache/hub \
    && python -m venv /opt/train
COPY requirements/torch.in requirements/train.lock requirements/base.lock /tmp/
RUN /opt/train/bin/pip install --no-cache-dir ${TORCH_INDEX:+--index-url "$TORCH_INDEX"} -r /tmp/torch.in \
    && /opt/train/bin/pip install --no-cache-dir --no-deps --require-hashes -r /tmp/train.lock
RUN pip install --no-cache-dir --no-deps --require-hashes -r /tmp/base.lock
WORKDIR /srv/tossim
COPY manage.py ./
COPY tossim_site ./tossim_site
COPY game ./game
COPY agents ./agents
COPY eval ./eval
COPY training ./training
COPY frontend ./frontend
COPY docker/accelerate ./docker/accelerate
USER 10001
ENV TOSSIM_VAR=/var/lib/tossim TOSSIM_LLM_PYTHON=/opt/train/bin/python
CMD ["celery", "-A", "tossim_site", "worker", "-P", "solo", "-c", "1", "-Q", "train", "-l", "info"]
