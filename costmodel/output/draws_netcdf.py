"""Draws as netCDF, through xarray: a variable per input and measure along the dimension `row`."""

from __future__ import annotations

from typing import Any

import numpy as np

from costmodel.analysis.draw_table import ROW
from costmodel.analysis.table import Table
from costmodel.output.table_files import described


class NoXarrayError(Exception):
    """netCDF was asked for, and xarray is not installed."""


def xarray_or_refuse() -> Any:
    """Return xarray; raise `NoXarrayError` that says how to get it where it is not installed."""
    try:
        import xarray
    except ModuleNotFoundError as error:
        message = "netCDF needs xarray: pip install 'care-costmodel[research]'"
        raise NoXarrayError(message) from error
    return xarray


def draws_netcdf(table: Table) -> bytes:
    """Return a table of draws as netCDF 3, which every reader of netCDF opens; NaN where there is no value.

    Units and descriptions are attributes by the CF conventions (`units`, `long_name`). Raises
    `NoXarrayError` where xarray is not installed.
    """
    xarray = xarray_or_refuse()
    variables = {}
    for column in table.columns:
        about = {"long_name": described(column), "units": column.unit, "price_year": column.price_year}
        told = {name: text for name, text in about.items() if text}
        variables[column.name] = (ROW, np.asarray(column.cells), told)
    rows = variables.pop(ROW)
    data = xarray.Dataset(variables, coords={ROW: rows}, attrs={"title": table.title})
    return bytes(data.to_netcdf(engine="scipy"))
