"""Time of one answer of the page's server, from the body of the request to that of the answer.

Run with ``python benchmarks/page_latency.py``; medians of 50 in process, every request with another
duration of the infusion, as when it is dragged. The browser's share is not in it. The time of the
processor is told beside that of the clock, which counts whatever else runs on the machine.
"""

from __future__ import annotations

import asyncio
import json
import time

import httpx

from ketapk.web.app import make_app

REPEATS = 50
WARM = 5
PLANS = {
    "racemic infusion": "0.5 mg/kg iv over {} min",
    "esketamine infusion": "25 mg esketamine iv over {} min",
    "by muscle": "{} mg im",
    "three devices": "84 mg spravato at {} min",
}
OPTIONS = {
    "one model": {},
    "all models": {"all_models": True},
    "all models, 512 people": {"all_models": True, "ribbon": 512},
}


async def median_ms(plan: str, options: dict[str, object]) -> tuple[float, float, int]:
    """Median time of an answer by the clock and of the processor [ms], and its size in bytes."""
    transport = httpx.ASGITransport(make_app())
    taken, worked, size = [], [], 0
    async with httpx.AsyncClient(transport=transport, base_url="http://127.0.0.1") as client:
        for step in range(WARM + REPEATS):
            body = {"scenario": {"plans": {"A": plan.format(20 + step)}}, "options": options}
            begun, busy = time.perf_counter(), time.process_time()
            answer = await client.post(
                "/api/curves",
                content=json.dumps(body),
                headers={"content-type": "application/json"},
            )
            taken.append(time.perf_counter() - begun)
            worked.append(time.process_time() - busy)
            assert answer.status_code == 200
            size = len(answer.content)
    clock, processor = (1e3 * sorted(some[WARM:])[REPEATS // 2] for some in (taken, worked))
    return clock, processor, size


def main() -> None:
    """Print a table."""
    print(f"{'plan':<22}{'options':<26}{'ms':>8}{'CPU ms':>8}{'kB':>8}")
    for plan, sentence in PLANS.items():
        for name, options in OPTIONS.items():
            ms, cpu, size = asyncio.run(median_ms(sentence, options))
            print(f"{plan:<22}{name:<26}{ms:>8.1f}{cpu:>8.1f}{size / 1024:>8.0f}")


if __name__ == "__main__":
    main()
