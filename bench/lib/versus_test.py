"""The arithmetic of bench/run: what is best, what is a ratio, when a bar is met."""

import unittest

from . import report
from .rows import Row
from .versus import FULL, QUICK, Samples, compare

ROW = Row("ai_chat", "a row", bars={"nginx": 0.8})
DIRECT = Samples(p50_us=[70, 60], p99_us=[100, 90])


def samples(cpu_us):
    return Samples(cpu_us=cpu_us, rps=[1000] * len(cpu_us), p50_us=[100, 110], p99_us=[200, 190])


class Compare(unittest.TestCase):
    def test_ratio_is_of_the_least_disturbed_round_of_each(self):
        row = compare(ROW, samples([20, 14, 16]), ("nginx", samples([40, 20, 22])), DIRECT)
        self.assertEqual(row["cpu_us"], 14)
        self.assertEqual(row["peer_cpu_us"], 20)
        self.assertEqual(row["cpu_ratio"], 0.7)

    def test_median_ratio_is_paired_by_round(self):
        row = compare(ROW, samples([10, 30, 20]), ("nginx", samples([20, 30, 10])), DIRECT)
        self.assertEqual(row["cpu_ratio_median"], 1.0)

    def test_bar_is_met_at_exactly_its_value(self):
        self.assertTrue(compare(ROW, samples([16]), ("nginx", samples([20])), DIRECT)["meets_bar"])
        self.assertFalse(compare(ROW, samples([17]), ("nginx", samples([20])), DIRECT)["meets_bar"])

    def test_a_peer_without_a_bar_is_neither_met_nor_missed(self):
        row = compare(ROW, samples([16]), ("envoy", samples([20])), DIRECT)
        self.assertIsNone(row["bar"])
        self.assertIsNone(row["meets_bar"])

    def test_added_latency_is_over_direct(self):
        row = compare(ROW, samples([16]), ("nginx", samples([20])), DIRECT)
        self.assertEqual((row["added_p50_us"], row["added_p99_us"]), (40, 100))

    def test_rows_carry_the_promised_names(self):
        row = compare(ROW, samples([16]), ("nginx", samples([20])), DIRECT)
        promised = {"row", "peer", "cpu_us", "peer_cpu_us", "cpu_ratio", "added_p50_us", "added_p99_us", "rps"}
        self.assertLessEqual(promised, row.keys())


class Table(unittest.TestCase):
    def test_missed_bars_stand_out(self):
        rows = [compare(ROW, samples([19]), ("nginx", samples([20])), DIRECT)]
        self.assertIn("MISSED", report.format_rows(rows))

    def test_markdown_has_a_section_for_each_shape(self):
        machine = {"cpu": "c", "cores": 2, "kernel": "k", "load_average": 0, "nginx": "n", "haproxy": "h", "envoy": "e",
                   "command": "bench/run"}
        rows = [compare(ROW, samples([16]), ("nginx", samples([20])), DIRECT),
                {"row": "memory", "state": "idle", "peer": "nginx", "resident_mb": 19.8}]
        text = report.format_markdown(machine, rows)
        self.assertIn("| ai_chat | nginx | 16.00 | 20.00 | 0.80 |", text)
        self.assertIn("## memory\n\n| state | peer | resident_mb |\n|---|---|---|\n| idle | nginx | 19.8 |", text)

    def test_rows_of_other_shapes_are_printed_too(self):
        self.assertIn("p99_ms=3.5", report.format_rows([{"row": "reload", "peer": None, "p99_ms": 3.5}]))


class Rounds(unittest.TestCase):
    def test_a_number_of_rounds_applies_to_all_kinds_of_rounds(self):
        effort = FULL.with_rounds(4)
        self.assertEqual((effort.rounds, effort.stream_rounds, effort.latency_rounds), (4, 4, 4))
        self.assertEqual(effort.window_ms, FULL.window_ms)
        self.assertLess(QUICK.rounds, FULL.rounds)
