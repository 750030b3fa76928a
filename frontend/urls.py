"""Addresses of pages and of the HTTP API."""

from __future__ import annotations

from django.urls import path

from frontend import experiments, exports, views
from frontend.api import api

urlpatterns = [
    path("", views.home, name="home"),
    path("m/<int:match_id>", views.match, name="match"),
    path("m/<int:match_id>/and/<int:other_id>", views.compare, name="compare"),
    path("m/<int:match_id>/report", views.report, name="match-report"),
    path("m/<int:match_id>/text", views.match_text, name="match-text"),
    path("m/<int:match_id>.jsonl", exports.save_records, name="match-records"),
    path("m/<int:match_id>.txt", exports.save_text, name="match-txt"),
    path("m/<int:match_id>.html", exports.save_page, name="match-html"),
    path("new", views.new, name="new"),
    path("rules", views.rules, name="rules"),
    path("rules/text", views.rules_text, name="rules-text"),
    path("logs", views.logs_page, name="logs"),
    path("me", views.me, name="me"),
    path("lanes", views.lanes_page, name="lanes"),
    path("leaderboard", views.leaderboard, name="leaderboard"),
    path("experiments", views.experiments, name="experiments"),
    path("experiments/<int:experiment_id>", views.experiment, name="experiment"),
    path("experiments/<int:experiment_id>/trials/<int:trial_id>", experiments.trial_open, name="trial"),
    path("experiments/<int:experiment_id>/report/<str:name>", experiments.report_file, name="experiment-report"),
    path("training", views.training, name="training"),
    path("training/<int:run_id>", views.training_run, name="training-run"),
    path("api/", api.urls),
    path("healthz", views.health, name="health"),
    path("robots.txt", views.robots, name="robots"),
]
