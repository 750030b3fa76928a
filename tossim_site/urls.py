"""Addresses of the site."""

from __future__ import annotations

from django.contrib import admin
from django.urls import include, path

from tossim_site.admin_login import AdminLoginLink

urlpatterns = [
    path("admin/login-link/", AdminLoginLink.as_view(), name="admin-login-link"),
    path("admin/", admin.site.urls),
    path("accounts/", include("allauth.urls")),
    path("", include("frontend.urls")),
]
