"""Addresses of sockets."""

from __future__ import annotations

from django.urls import re_path

from frontend.consumers import MatchConsumer

websocket_urlpatterns = [re_path(r"^ws/m/(?P<match_id>[0-9]{1,9})/$", MatchConsumer.as_asgi())]
