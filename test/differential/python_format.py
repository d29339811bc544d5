"""Random values and format specifications, and what Python makes of them: one JSON list a line, null where it raises."""
import json
import random
import sys

random.seed(int(sys.argv[1]))

INTEGERS = [0, 1, -1, 42, -42, 255, 1234, -1234, 1234567, 10**9, 12345678901234567890, 10**25, 65, 0x1F600, 999, 99999]
# Exact ties, neighbours of powers of ten, and the ends of the range.
FLOATS = [0.0, -0.0, 0.5, 1.5, 2.5, -2.5, 0.125, 0.375, 1.25, 2.675, 9.995, 999999.5, 9999999.5, 0.0001, 0.00001]
FLOATS += [1e15, 1e16, 1e21, 1e22, 1e23, 123456.789, 1e-7, 5e-324, 1.7976931348623157e308, 100.0, 123.0, -0.001, -0.4]


def value():
    kind = random.random()
    if kind < 0.12:
        return random.choice(["", "a", "abc", "émile", "😀x", "hello world"])
    if kind < 0.3:
        return random.choice(INTEGERS)
    if kind < 0.4:
        return random.randint(-(10 ** random.randint(1, 18)), 10 ** random.randint(1, 18))
    if kind < 0.6:
        return random.choice(FLOATS)
    if kind < 0.75:
        return random.randint(-2000000, 2000000) / random.choice([2, 4, 8, 16, 64, 1000])
    if kind < 0.9:
        return random.uniform(-1, 1) * 10 ** random.randint(-10, 25)
    return random.choice([True, False])


def maybe(chance, choices):
    return str(random.choice(choices)) if random.random() < chance else ""


for _ in range(int(sys.argv[2])):
    given = value()
    align = maybe(0.5, ["*", "0", " ", "é", "😀", "<"]) + random.choice("<>=^") if random.random() < 0.35 else ""
    spec = align + maybe(0.3, "+- ") + maybe(0.1, "z") + maybe(0.2, "#") + maybe(0.3, "0")
    spec += maybe(0.6, [1, 5, 6, 7, 8, 9, 10, 12, 20, 30]) + maybe(0.35, ",_")
    spec += maybe(0.5, [".0", ".1", ".2", ".3", ".6", ".10", ".17", ".25", ".120"]) + maybe(0.8, "bcdeEfFgGnosxX%")
    try:
        made = format(given, spec)
    except (ValueError, OverflowError):
        made = None
    kind = type(given).__name__
    print(json.dumps([kind, given if kind in ("str", "bool") else repr(given), spec, made, str(given)]))
