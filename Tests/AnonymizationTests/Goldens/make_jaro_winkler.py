"""Makes jaro_winkler.json: similarities of pairs of strings.

Usage: python make_jaro_winkler.py   (needs jellyfish, rapidfuzz)

rapidfuzz computes them; jellyfish has to agree where it counts the same units (it counts graphemes, rapidfuzz Unicode
scalars). Both add for a common beginning only where Jaro's similarity is above 0.7.
"""
import itertools
import json
import pathlib
import random

import jellyfish
from rapidfuzz.distance import JaroWinkler

HERE = pathlib.Path(__file__).parent
WORDS = [
    "", "a", "b", "ab", "ba", "male", "female", "martha", "marhta", "dwayne", "duane", "dixon", "dicksonx", "crate",
    "trace", "no", "no income", "low", "medium", "medium (30-60k usd)", "high", "very high", "in relation", "no relation",
    "married", "divorced", "in a relationship", "hs diploma", "in college", "college degree", "bachelor's degree", "phd",
    "new york", "new york, united states", "toronto, canada", "greater toronto area, canada", "zürich", "zurich",
    "łódź, poland", "東京", "東京都", "👩‍💻 engineer", "software engineer", "engineer",
]


def main():
    generator = random.Random(5)
    drawn = ["".join(generator.choice("abcd ") for _ in range(generator.randrange(1, 24))) for _ in range(60)]
    pairs = list(itertools.product(WORDS, WORDS)) + list(zip(drawn, drawn[1:])) + list(zip(drawn, sorted(drawn)))
    cases = []
    for first, second in pairs:
        similarity = JaroWinkler.similarity(first, second)
        if (first + second).isascii() and first and second:
            assert abs(similarity - jellyfish.jaro_winkler_similarity(first, second)) < 1e-12, (first, second)
        cases.append([first, second, similarity])
    lines = ",\n".join(json.dumps(case, ensure_ascii=False) for case in cases)
    (HERE / "jaro_winkler.json").write_text(f"[\n{lines}\n]\n", encoding="utf-8")


main()
