"""What a server says of itself, and what follows from two readings."""

from __future__ import annotations

from agents.lanes.metrics import Reading, figures, read
from tests.llm.servers import Double, metrics_page


def test_a_page_of_vllm_is_read():
    page = metrics_page(Double(generated=40, running=3))
    assert read(page, 5.0) == Reading(
        at=5.0, prompt_tokens=120.0, generated_tokens=40.0, running=3, waiting=0,
        cache_queries=100.0, cache_hits=83.0, kv_usage=0.25, cache_tokens=65_536,
    )  # fmt: skip


def test_series_of_several_engines_are_summed_and_the_fullest_cache_counts():
    page = """
vllm:num_requests_running{engine="0"} 2.0
vllm:num_requests_running{engine="1"} 3.0
vllm:kv_cache_usage_perc{engine="0"} 0.2
vllm:kv_cache_usage_perc{engine="1"} 0.7
vllm:prompt_tokens_total{engine="0"} NaN
vllm:generation_tokens_total 1e3
nonsense
"""
    found = read(page, 0.0)
    assert (found.running, found.kv_usage, found.prompt_tokens, found.generated_tokens) == (5, 0.7, 0.0, 1000.0)


def test_two_readings_give_speeds_and_the_share_of_the_time_between():
    before = Reading(10.0, prompt_tokens=100, generated_tokens=50, cache_queries=100, cache_hits=10)
    now = Reading(12.0, prompt_tokens=300, generated_tokens=90, running=4, cache_queries=300, cache_hits=170)
    found = figures(now, before)
    assert (found["tokens_per_second"], found["prompt_tokens_per_second"], found["running"]) == (20.0, 100.0, 4)
    assert found["cache_hit_share"] == 0.8


def test_where_nothing_was_asked_between_the_share_of_all_time_stands():
    reading = Reading(10.0, cache_queries=100, cache_hits=83)
    assert figures(Reading(11.0, cache_queries=100, cache_hits=83), reading)["cache_hit_share"] == 0.83
    assert figures(Reading(11.0), None)["cache_hit_share"] is None


def test_a_first_reading_and_a_server_that_began_anew_have_no_speed():
    now = Reading(12.0, generated_tokens=5)
    assert figures(now, None)["tokens_per_second"] is None
    assert figures(now, Reading(10.0, generated_tokens=500))["tokens_per_second"] is None
