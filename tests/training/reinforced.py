"""What a run of GRPO writes into its folder, without a run: 24 warm steps, then 40, tried at 200 points."""

from __future__ import annotations

from math import exp, sin
from typing import Any

WARM, STEPS, SAVE = 24, 64, 8
HURTFUL = """<img src=x onerror="document.title='hurt'"><b>bold</b>"""
"""What a model may say to a page that takes it for HTML."""


def curve(steps: int) -> list[dict[str, Any]]:
    """The figures of so many steps."""
    return [{"step": step, "steps": STEPS, "seconds": round(4.5 * step, 2), **_figures(step)}
            for step in range(1, steps + 1)]  # fmt: skip


def _figures(step: int) -> dict[str, Any]:
    rough = sin(1.7 * step)
    if step <= WARM:
        return {"phase": "warm", "loss": 2.1 * exp(-step / 7) + 0.3 + 0.04 * rough, "grad_norm": 9 * exp(-step / 9) + 1,
                "rows": 8}  # fmt: skip
    learnt = 1 - exp((WARM - step) / 14)
    return {
        "phase": "grpo", "reward_mean": 0.62 + 0.26 * learnt + 0.04 * rough, "reward_std": 0.3 - 0.15 * learnt,
        "groups": 4, "format": min(1.0, 0.86 + 0.13 * learnt + 0.03 * rough), "legal": 0.78 + 0.16 * learnt,
        "target": 0.6 + 0.3 * learnt + 0.03 * rough, "active": 0.55 + 0.3 * learnt + 0.06 * rough, "tokens": 9 + rough,
        "understood": None, "outcome": None, "groups_skipped": int(4 * learnt * (rough > 0)), "outcome_share": 0.0,
        "loss": 0.02 * rough, "kl": 0.03 * learnt, "entropy": 0.9 - 0.5 * learnt, "clipped": 0.01,
        "grad_norm": 1.4 + 0.4 * rough,
    }  # fmt: skip


def _tried(step: int, when: str, how: str, counts: str, distinct: int, reward: float, special: str) -> dict[str, Any]:
    quiz = {} if how == "script" else {"quiz": 60, "understood": 24.5}
    return {"step": step, "when": when, "how": how, **_counts(counts), "distinct": distinct, "reward": reward,
            "held_out_role": _counts(special), "did": {}, "refused": {}, **quiz}  # fmt: skip


def _counts(written: str) -> dict[str, int]:
    names = ("asks", "format", "legal", "target", "may_act", "acts", "waits")
    return dict(zip(names, map(int, written.split()), strict=True))


TRIALS = (
    _tried(0, "passive", "script", "200 200 200 64 136 0 136", 1, 0.664, "50 50 50 11 39 0 39"),
    _tried(0, "random", "script", "200 200 200 149 136 98 21", 141, 0.893, "50 50 50 34 39 27 8"),
    _tried(0, "scripted", "script", "200 200 200 192 136 129 7", 150, 0.974, "50 50 50 48 39 37 2"),
    _tried(0, "before", "greedy", "200 2 2 1 136 1 1", 180, 0.012, "50 0 0 0 39 0 0"),
    _tried(0, "before", "sampled", "200 1 0 0 136 0 0", 200, 0.004, "50 0 0 0 39 0 0"),
    _tried(WARM, "warm", "greedy", "200 186 160 131 136 84 26", 61, 0.793, "50 43 34 26 39 19 9"),
    _tried(WARM, "warm", "sampled", "200 171 144 118 136 77 24", 104, 0.722, "50 40 31 24 39 17 7"),
    _tried(STEPS, "after", "greedy", "200 198 192 180 136 116 12", 72, 0.941, "50 48 46 43 39 31 4"),
    _tried(STEPS, "after", "sampled", "200 192 184 168 136 109 13", 96, 0.897, "50 44 43 40 39 29 4"),
)


def trials(steps: int, *, done: bool) -> list[dict[str, Any]]:
    """What was tried by then; at the end where it is done."""
    return [one for one in TRIALS if one["when"] != "after" or done if one["step"] <= steps]


NIGHT = """You are fi, Spy (Town). Night 1.
Living: ba ce du fi go ha je.
Answer with one of:
<bug>PLAYER</bug> PLAYER: ba ce du go ha je
<pass></pass>"""
TRIAL = """You are du, Doctor (Town). Day 3, judgement.
Living: ce du fi go ha.
Dead: je Cleaned, ba Cleaned.
On trial: go.
Votes: fi-go ha-go ce-go.
* You healed ba: they were attacked.
fi: go. Let's hear a defence.
go: Survivor here.
go: Good people. I stayed home in my vest last night.
Answer with one of:
<verdict>WORD</verdict> WORD: guilty innocent abstain
<say>WORDS</say>
<pass></pass>"""
ANSWERS = {
    NIGHT: ("<bug>go</bug>", "<bug>PLAYER</bug>", "<pass></pass>", "<bug>go</bug>", HURTFUL, "<bug>fi</bug>",
            "<bug>ha</bug>", "<bug>go</bug>"),
    TRIAL: ("<verdict>guilty</verdict>", "<verdict>guilty</verdict>", "I think that go is the", "",
            "<verdict>abstain</verdict>", "<verdict>innocent</verdict>", "<say>go, who did you visit?</say>",
            "<verdict>guilty</verdict> because"),
}  # fmt: skip
REWARDS = {NIGHT: (1.0, 0.0, 0.6, 1.0, 0.0, 0.4, 1.0, 1.0), TRIAL: (1.0, 1.0, 0.0, 0.0, 0.6, 1.0, 0.8, 0.55)}


def games(steps: int) -> list[dict[str, Any]]:
    """The same match at each checkpoint from the end of the warm start on; only later answers are taken."""
    return [
        {
            "step": step, "match": "0/game/0", "player": "Kit", "role": "Mafioso", "won": step > WARM + SAVE, "days": 4,
            "asked": 2, "taken": 2 if step > WARM + SAVE else 1,
            "lines": [
                {"kind": "line", "text": "You are the Mafioso."}, {"kind": "phase", "text": "Night 1"},
                {"kind": "line", "text": f"[Mafia] Cleo: {HURTFUL}"},
                {"kind": "answer", "text": "<kill>ju</kill>", "problem": ""},
                {"kind": "phase", "text": "Day 2 - Voting"},
                {"kind": "answer", "text": "<vote>cl</vote>" if step > WARM + SAVE else HURTFUL,
                 "problem": "" if step > WARM + SAVE else "no action"},
                {"kind": "line", "text": "June was killed by the Mafia. They were the Spy."},
            ],
        }
        for step in range(WARM, steps + 1, SAVE)
    ]  # fmt: skip


def samples(steps: int) -> list[dict[str, Any]]:
    """Two states at each checkpoint of GRPO; from the third on forks are played out."""
    return [
        {
            "step": step, "point": f"0/lane {lane}/{step}:3:4", "role": role, "prompt": prompt, "scripted": scripted,
            "completions": list(ANSWERS[prompt]), "rewards": list(REWARDS[prompt]),
            "outcomes": [1.0 if one == scripted else -1.0 for one in ANSWERS[prompt]] if step > WARM + 2 * SAVE else [],
        }
        for step in range(WARM + SAVE, steps + 1, SAVE)
        for lane, (role, prompt, scripted) in enumerate(
            (("Spy", NIGHT, "<bug>go</bug>"), ("Doctor", TRIAL, "<verdict>guilty</verdict>"))
        )
    ]  # fmt: skip
