from __future__ import annotations

import asyncio

from polymock.edge.admin.rates import WRONG_TOKENS, Rates


def test_all_addresses_of_one_ipv6_network_are_one_party() -> None:
    async def attack() -> list[int]:
        rates = Rates(100)
        return [await rates.wrong_token(f"2001:db8::{number:x}") for number in range(30)]

    assert asyncio.run(attack()).count(0) == WRONG_TOKENS


def test_parties_are_counted_apart() -> None:
    async def ask() -> list[bool]:
        rates = Rates(2)
        told = []
        for _ in range(3):
            told += [
                await rates.request("10.0.0.1"),
                await rates.stranger("10.0.0.1"),
                await rates.stranger("10.0.0.2"),
                await rates.stranger("2001:db8:0:1::1"),
                await rates.stranger("2001:db8:0:2::1"),
                await rates.stranger("no address"),
            ]
        return [seconds > 0 for seconds in told]

    assert asyncio.run(ask()) == [False] * 12 + [True] * 6
