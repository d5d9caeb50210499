#!/usr/bin/env python3
"""Prints texts for guard_figures: those kept for acceptance, or with --training those held out of training."""

import argparse

import invented
import sources
from train import SEED, is_held_out


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--training", action="store_true")
    options = parser.parse_args()
    samples = sources.acceptance()
    if options.training:
        samples = [one for one in sources.unique(sources.training() + invented.texts(SEED)) if is_held_out(one)]
    for one in samples:
        text = one.text.replace("\\", "\\\\").replace("\n", "\\n").replace("\t", "\\t").replace("\r", " ")
        print(one.family, "attack" if one.attack else "honest", one.channel, text, sep="\t")


if __name__ == "__main__":
    main()
