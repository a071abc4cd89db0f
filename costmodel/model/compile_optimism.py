"""Optimism bias by grade of evidence: from a table to an adjustment of each line that has a grade."""

from __future__ import annotations

from collections.abc import Mapping

from costmodel.documents.entries import LineEntry
from costmodel.documents.optimism_table import OptimismBiasTable
from costmodel.documents.problems import shown
from costmodel.documents.scenario_sources import ScenarioSources
from costmodel.model.compile_frame import Frame
from costmodel.model.expression import Number
from costmodel.model.findings import Findings, Location
from costmodel.model.line import Adjustment, Kind

OPTIMISM_BIAS = "optimism_bias"


def compile_optimism(
    sources: ScenarioSources, findings: Findings
) -> tuple[Mapping[str, tuple[float, float]], str, str]:
    """Return the shares off benefits and on costs by grade, the table's name and its title.

    All are empty where the appraisal names no table, and there are no grades where no table has the name
    given, which is reported.
    """
    name, tables = sources.document.appraisal.optimism_bias, sources.tables.optimism
    if name is None:
        return {}, "", ""
    if name not in tables:
        at: Location = ("appraisal", OPTIMISM_BIAS)
        if tables:
            findings.unknown(at, "table of optimism bias", name, tuple(tables))
        elif not findings.is_set_aside("table of optimism bias", name):
            found = f"unknown table of optimism bias '{shown(name)}'"
            findings.report(at, found, "a table in unit_costs/optimism_bias/, where there is none yet")
        return {}, name, ""
    table = tables[name].document
    if not isinstance(table, OptimismBiasTable):
        raise TypeError(name)
    grades = {grade: (entry.benefits, entry.costs) for grade, entry in table.grades.items()}
    return grades, name, table.title


def bias_of_grade(
    entry: LineEntry, kind: Kind, at: Location, frame: Frame, findings: Findings
) -> Adjustment | None:
    """Return the adjustment that the grade of a line's evidence calls for; None where it has no grade."""
    grade = entry.evidence_grade
    if grade is None:
        return None
    at = (*at, "evidence_grade")
    if not frame.bias:
        if not frame.bias_table and OPTIMISM_BIAS not in findings.set_aside:
            found = f"evidence_grade: {shown(grade)}, and the appraisal names no table of grades"
            findings.report(
                at, found, "appraisal: {optimism_bias: NAME}, a table of unit_costs/optimism_bias/"
            )
        return None
    if grade not in frame.bias:
        findings.unknown(at, "grade", grade, tuple(frame.bias))
        return None
    off_benefits, on_costs = frame.bias[grade]
    factor = 1.0 - off_benefits if kind == "benefit" else 1.0 + on_costs
    return Adjustment(OPTIMISM_BIAS, f"{frame.bias_table}: {grade}", Number(factor))
