"""Settings, from the environment. Without any, everything runs embedded, from and into one folder.

docs/settings.md says what each variable does. All begin with TOSSIM_, so that those of other projects change nothing.
"""

from __future__ import annotations

import sys
from pathlib import Path

import environ

from tossim_site.logs import logging_config
from tossim_site.paths import BASE_DIR, run_dir, secret_key

env = environ.Env()
TESTING = env.bool("TOSSIM_TEST", False)
"""Set by the tests for themselves: what one has set up for one's own runs must not reach them."""
if not TESTING and (BASE_DIR / ".env").exists():
    env.read_env(BASE_DIR / ".env")

VAR = Path(env.str("TOSSIM_VAR", str(BASE_DIR / "var"))).resolve()
RUN = Path(env.str("TOSSIM_RUN", str(run_dir(VAR))))
EMBEDDED_POSTGRES = "TOSSIM_PG_HOST" not in env.ENVIRON
EMBEDDED_VALKEY = "TOSSIM_REDIS_URL" not in env.ENVIRON

SECRET_KEY = env.str("TOSSIM_SECRET_KEY", "") or secret_key(VAR)
DEBUG = env.bool("TOSSIM_DEBUG", False)
ALLOWED_HOSTS = ["localhost", "127.0.0.1", "[::1]", *env.list("TOSSIM_HOSTS", default=[])]
CSRF_TRUSTED_ORIGINS = env.list("TOSSIM_ORIGINS", default=[])
SESSION_COOKIE_SECURE = CSRF_COOKIE_SECURE = env.bool("TOSSIM_HTTPS", False)
SECURE_PROXY_SSL_HEADER = ("HTTP_X_FORWARDED_PROTO", "https") if SESSION_COOKIE_SECURE else None

INSTALLED_APPS = [
    *(["daphne"] if "runserver" in sys.argv else []),  # it only replaces runserver, and is slow to import
    "unfold",
    "django.contrib.admin",
    "django.contrib.auth",
    "django.contrib.contenttypes",
    "django.contrib.sessions",
    "django.contrib.messages",
    "django.contrib.postgres",
    "django.contrib.staticfiles",
    "channels",
    "allauth",
    "allauth.account",
    "tossim_site",
    "game",
    "agents",
    "eval",
    "training",
    "frontend",
]
MIDDLEWARE = [
    "django.middleware.security.SecurityMiddleware",
    "whitenoise.middleware.WhiteNoiseMiddleware",
    "django.middleware.gzip.GZipMiddleware",  # pages and answers; what is built lies there compressed
    "django.contrib.sessions.middleware.SessionMiddleware",
    "django.middleware.common.CommonMiddleware",
    "django.middleware.csrf.CsrfViewMiddleware",
    "django.contrib.auth.middleware.AuthenticationMiddleware",
    "django.contrib.messages.middleware.MessageMiddleware",
    "django.middleware.clickjacking.XFrameOptionsMiddleware",
    "allauth.account.middleware.AccountMiddleware",
]
AUTHENTICATION_BACKENDS = [
    "django.contrib.auth.backends.ModelBackend",
    "allauth.account.auth_backends.AuthenticationBackend",
    "sesame.backends.ModelBackend",
]
ROOT_URLCONF = "tossim_site.urls"
ASGI_APPLICATION = "tossim_site.asgi.application"
TEMPLATES = [
    {
        "BACKEND": "django.template.backends.django.DjangoTemplates",
        "DIRS": [BASE_DIR / "frontend" / "templates"],  # before the apps, so that account pages look like ours
        "APP_DIRS": True,
        "OPTIONS": {
            "context_processors": [
                "django.template.context_processors.request",
                "django.contrib.auth.context_processors.auth",
                "django.contrib.messages.context_processors.messages",
            ]
        },
    }
]

DATABASES = {
    "default": {
        "ENGINE": "django.db.backends.postgresql",
        "HOST": env.str("TOSSIM_PG_HOST", str(RUN)),
        "PORT": env.str("TOSSIM_PG_PORT", "5432"),
        "USER": env.str("TOSSIM_PG_USER", "tossim"),
        "PASSWORD": env.str("TOSSIM_PG_PASSWORD", ""),
        "NAME": env.str("TOSSIM_PG_NAME", "tossim"),
    }
}
DEFAULT_AUTO_FIELD = "django.db.models.BigAutoField"

VALKEY_SOCKET = RUN / "valkey.sock"
REDIS_URL = env.str("TOSSIM_REDIS_URL", f"unix://{VALKEY_SOCKET}")
CHANNEL_LAYERS = {
    "default": {"BACKEND": "channels_redis.pubsub.RedisPubSubChannelLayer", "CONFIG": {"hosts": [REDIS_URL]}}
}
CELERY_BROKER_URL = REDIS_URL.replace("unix://", "redis+socket://", 1)
if TESTING and EMBEDDED_VALKEY:
    CELERY_BROKER_URL = "memory://"
    CHANNEL_LAYERS = {"default": {"BACKEND": "channels.layers.InMemoryChannelLayer"}}
CELERY_TASK_DEFAULT_QUEUE = "live"
CELERY_TASK_ROUTES = {
    "game.tasks.*": {"queue": "live"},
    "agents.tasks.*": {"queue": "live"},
    "eval.tasks.judge_*": {"queue": "judge"},
    "eval.tasks.*": {"queue": "batch"},
    "training.tasks.runs_tend": {"queue": "batch"},  # who trains is busy for hours
    "training.tasks.*": {"queue": "train"},
}
CELERY_TASK_IGNORE_RESULT = True
CELERY_TASK_SERIALIZER = "json"
CELERY_ACCEPT_CONTENT = ["json"]
CELERY_TASK_ACKS_LATE = True
CELERY_WORKER_PREFETCH_MULTIPLIER = 1
CELERY_WORKER_HIJACK_ROOT_LOGGER = False
CELERY_BROKER_CONNECTION_RETRY_ON_STARTUP = True
CELERY_BROKER_TRANSPORT_OPTIONS = {"visibility_timeout": 3600}
CELERY_BEAT_SCHEDULE_FILENAME = str(VAR / "beat-schedule")
CELERY_BEAT_SCHEDULE = {
    "matches-redispatch": {"task": "game.tasks.matches_redispatch", "schedule": 3.0},
    "deserted-tables-close": {
        "task": "game.tasks.deserted_tables_close",
        "schedule": 60.0,
        "options": {"expires": 60.0},
    },
    "endpoints-probe": {"task": "agents.tasks.endpoints_probe", "schedule": 5.0, "options": {"expires": 5.0}},
    "experiments-tend": {"task": "eval.tasks.experiments_tend", "schedule": 3.0, "options": {"expires": 3.0}},
    "experiments-analyse": {"task": "eval.tasks.experiments_analyse", "schedule": 10.0, "options": {"expires": 10.0}},
    "runs-tend": {"task": "training.tasks.runs_tend", "schedule": 3.0, "options": {"expires": 3.0}},
    "matches-index": {"task": "eval.tasks.matches_index", "schedule": 60.0, "options": {"expires": 60.0}},
}

TOSSIM_REPORTS = env.str("TOSSIM_REPORTS", str(VAR / "reports"))
"""Where reports of experiments are written; workers and web processes on several machines share it."""
TOSSIM_TRAINING = env.str("TOSSIM_TRAINING", str(VAR / "training"))
"""Where each training run has its folder; workers and web processes share it."""
TOSSIM_TRAIN_LAUNCH = env.str("TOSSIM_TRAIN_LAUNCH", "")
"""Words that start a training module instead of the model environment's `python -m`: accelerate's, for many GPUs."""
TOSSIM_SITE_URL = env.str("TOSSIM_SITE_URL", "").rstrip("/")
"""The site's own address, such as https://tossim.example: reports link to it. Empty: they have no links."""

TOSSIM_AGENTS = {
    "scripted": "agents.scripted.ScriptedAgent",
    "passive": "agents.scripted.trivial.PassiveAgent",
    "random": "agents.scripted.trivial.RandomAgent",
}
"""Names that a lobby may give to a seat's scripted agent, and the classes behind them."""
TOSSIM_AGENT_DIALS = {"scripted": ("lie", "read")}
"""Dials that may stand behind a name, each from 0 to 1 and given to the class by its name: `scripted:lie=0.3`."""
TOSSIM_SEAT_AGENT = "agents.seating.agent_for_seat"
"""What makes the agent of a seat: `(*, seat, match, listen)`. The game knows agents by this name alone."""
TOSSIM_AGENT_NAMES = "agents.selectors.agent_names"
"""What lists the names that a lobby may give to a seat's agent."""
TOSSIM_MATCH_QUEUE = "eval.matching.queue_of"
"""What names the queue on which a match is driven: `(match_id)`."""
TOSSIM_SLICE_SECONDS = env.float("TOSSIM_SLICE_SECONDS", 180.0)
"""How long one task drives a match before it hands on to a fresh one."""

TOSSIM_LLM_PYTHON = env.str("TOSSIM_LLM_PYTHON", str(BASE_DIR / ".venv-llm" / "bin" / "python"))
"""The interpreter of the environment in which model servers run."""
TOSSIM_LANES = env.str("TOSSIM_LANES", "")
"""A file of models and lanes, for `manage.py lanes_load`."""
TOSSIM_LANE_CLIENT = "agents.llm.clients.OpenAIClient"
"""What speaks to a lane: made with `base_url` and `api_key`."""
TOSSIM_BATCH_CLIENT = "agents.llm.batches.BatchClient"
"""What asks for a whole batch, at a provider that has them: made likewise."""

STATIC_URL = "/static/"
DIST = BASE_DIR / "frontend" / "dist"
STATICFILES_DIRS = [("ui", DIST)] if DIST.is_dir() else []
WHITENOISE_USE_FINDERS = True  # serves the build where it lies: nothing to collect
WHITENOISE_IMMUTABLE_FILE_TEST = r"/ui/assets/.+-[\w-]{8}\.\w+$"
"""What the build names by its content may stay in the browser for ever."""

LANGUAGE_CODE = "en"
TIME_ZONE = "UTC"
USE_TZ = True
USE_I18N = False

LOGIN_REDIRECT_URL = "/"
ACCOUNT_EMAIL_VERIFICATION = "none"
ACCOUNT_SIGNUP_FIELDS = ["username*", "password1*", "password2*"]
ALLAUTH_TRUSTED_PROXY_COUNT = NINJA_NUM_PROXIES = env.int("TOSSIM_PROXIES", 0)
"""How many proxies stand before the site, each of which adds whom it speaks for; limits go by that address."""
CACHES = {"default": {"BACKEND": "django.core.cache.backends.locmem.LocMemCache", "OPTIONS": {"MAX_ENTRIES": 20_000}}}
"""Counts of requests, in each web process for itself."""
ACCOUNT_FORMS = {"login": "frontend.accounts.SignIn"}
SESAME_ONE_TIME = True
SESAME_MAX_AGE = 86400

LOGGING = logging_config(form=env.str("TOSSIM_LOG_FORMAT", "text"), level=env.str("TOSSIM_LOG_LEVEL", "INFO"))
