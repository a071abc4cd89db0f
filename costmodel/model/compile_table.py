"""Scenarios written as the rows of a table, compiled to what each row does to each input it changes."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path
from typing import cast

from costmodel.documents.problems import InputError
from costmodel.documents.scenario_table import ScenarioTable, TableColumn, read_scenario_table
from costmodel.documents.sweep_entries import label_parts
from costmodel.documents.yaml_reader import MAX_PROBLEMS
from costmodel.model.compile_inputs import know
from costmodel.model.compile_sweep import RULES, SweepCompiler
from costmodel.model.design import Choice, Operation
from costmodel.model.findings import Findings
from costmodel.model.handles import handle_names, is_word
from costmodel.model.model import Model


@dataclass(frozen=True, slots=True)
class SweptCells:
    """One column of a table of scenarios: numbers and choices by row; other rows leave the input as it is."""

    name: str
    operation: Operation
    numbers: dict[int, float]
    others: dict[int, Choice]


@dataclass(frozen=True, slots=True)
class SweptRows:
    """A table of scenarios: its columns, how many rows it has, and their titles, if they have any."""

    columns: tuple[SweptCells, ...]
    rows: int
    titles: tuple[str, ...] = ()


def compile_table(model: Model, path: Path) -> SweptRows:
    """Return the scenarios of a CSV file; raise `InputError` with every problem found in it."""
    table = read_scenario_table(path, (*handle_names(model), *RULES))
    findings = Findings(table.written.node, table.written.set_aside)
    know(model.inputs, findings)
    subjects = [label_parts(column.label) for column in table.columns]
    compiler = SweepCompiler(model, findings, frozenset(name for name, sign in subjects if not sign))
    columns = tuple(_Column(table, column, compiler).cells() for column in table.columns)
    if table.written.problems or findings.problems:
        raise InputError(dict.fromkeys((*table.written.problems, *findings.problems)))
    return SweptRows(columns, table.rows, table.titles)


class _Column:
    """Compiles one column of a table."""

    def __init__(self, table: ScenarioTable, column: TableColumn, compiler: SweepCompiler) -> None:
        self.table = table
        self.column = column
        self.compiler = compiler
        name, sign = label_parts(column.label)
        self.name, self.operation = name, cast("Operation", sign or "=")

    def cells(self) -> SweptCells:
        """Return the column's cells; what is wrong with them is reported where they stand."""
        if self.compiler.is_barred(self.name, self.operation, self.table.heading_place(self.column)):
            return SweptCells(self.name, self.operation, {}, {})
        self.check_numbers()
        entry = self.table.written.entries.get(self.column.label, [])
        choices = [
            self.compiler.choice(self.name, self.operation, item, ("sweep", self.column.label, position))
            for position, item in enumerate(entry)
        ]
        found = SweptCells(self.name, self.operation, dict(self.column.numbers), {})
        for row, position in self.column.others.items():
            choice = choices[position] if position < len(choices) else None
            if choice is not None and isinstance(choice.value, float):
                found.numbers[row] = choice.value
            elif choice is not None:
                found.others[row] = choice
        return found

    def check_numbers(self) -> None:
        """Report each number the input may not be; where its lowest and its highest may be, all may."""
        numbers = self.column.numbers
        if not numbers:
            return
        ends = {min(numbers, key=numbers.__getitem__), max(numbers, key=numbers.__getitem__)}
        wrong = [row for row in ends if not self.is_sound(row)]
        for row in numbers if wrong else ():
            if row not in ends and len(self.compiler.findings.problems) <= MAX_PROBLEMS:
                self.is_sound(row)

    def is_sound(self, row: int) -> bool:
        """Return whether the input may take the number in a row; report why not."""
        number, place = self.column.numbers[row], self.table.place(row, self.column)
        if is_word(self.name):
            self.compiler.refuse_number_for_word(number, f"{number:.12g}", place)
            return False
        return self.compiler.is_in_bounds(self.name, self.operation, number, place)
