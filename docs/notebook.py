# %% [markdown]
# # Tendring, from a notebook
#
# The cells of this file open as a notebook in VS Code, Spyder or PyCharm, and in Jupyter with jupytext. It is
# also a plain script, `python docs/notebook.py`, which the tests run: every `assert` in it holds.
#
# A result is a small frozen object with named arrays. In a notebook it shows itself as a table;
# `to_records()` is what `pandas.DataFrame` takes, `to_dict()` is what `json.dumps` takes.

# %%
import numpy as np

import costmodel

scenario = costmodel.load("tendring")
result = scenario.run(draws=20_000)
result  # noqa: B018 - a notebook shows it: measures, lines, who gains and who pays

# %%
net = result.measures["net"]
print(f"{net.title}: £{net.best:,.0f} at best values, £{net.band.mean.value:,.0f} on average")

# %% [markdown]
# ## Every draw
#
# The draws are those `run` makes, so that a figure worked out from them is the figure that was published.

# %%
drawn = scenario.simulate(draws=20_000)
assert drawn.outputs["net"].mean() == net.band.mean.value
fails = drawn.outputs["net"] < 0
print(f"Net is below zero in {fails.mean():.1%} of {drawn.draws:,} draws.")
p0 = drawn.inputs["p0"]
print(f"There, p0 is {p0[fails].mean():.2f} on average; elsewhere {p0[~fails].mean():.2f}.")

# %% [markdown]
# ## What would have to be true
#
# At a switching value net is zero, all other inputs at best. Set back, it gives a net of nothing: each
# was tried before it is told. Where it cannot be set, `verdict` and `reason` say so.

# %%
switching = scenario.switching_values()
at_zero = {
    row.found.input_name: row.found.value
    for row in switching.rows
    if row.found.measure == "net" and row.verdict == "switches"
}
print(f"Net is zero where p0, {scenario.model.best_point()['p0']:.3f} at best, is {at_zero['p0']:.4f}.")
again = costmodel.load("tendring", settings={"p0": at_zero["p0"]}).run(draws=0)
assert abs(again.measures["net"].best) < 1

# %% [markdown]
# ## What drives the answer
#
# Tornado, switching values, indices, value of information, acceptability and boxes, all at once.

# %%
found = scenario.sensitivity(draws=20_000)
for bar in found.tornado.bars[:5]:
    print(f"{bar.input_name:<24} £{bar.at_low:>10,.0f} to £{bar.at_high:>10,.0f}")

# %%
ranked = sorted(found.indices.to_records(), key=lambda row: -row["total"])
for row in ranked[:5]:
    print(
        f"{row['name'][:40]:<40} first {row['first']:5.1%}, total {row['total']:5.1%} ({row['total_method']})"
    )
assert all(row["first"] <= row["total"] + 0.05 for row in ranked)

# %% [markdown]
# ## What it is worth to know better
#
# Nothing is worth more than to know everything, and a set is never worth less than a part of it.

# %%
information = scenario.information(know=[("p0", "p1")], draws=20_000)
worth = {row.inputs: row.value for row in information.rows}
assert max(worth.values()) <= information.evpi.value
assert worth["p0", "p1"] >= worth["p0",]
print(f"To know p0 and p1 before deciding is worth up to £{worth['p0', 'p1']:,.0f}.")

# %% [markdown]
# ## What it rests on
#
# The assumptions log; `costmodel assumptions tendring --strict` asks the same of a build.

# %%
log = scenario.assumptions()
for row in log.rows[:4]:
    print(
        f"{row.item.name:<24} {row.impact:<7} {row.item.evidence.quality:<6} {row.item.evidence.source[:40]}"
    )
print("Not signed off:", ", ".join(log.unsigned) or "nothing")

# %% [markdown]
# ## One seed, one answer
#
# Nought is a seed like any other.

# %%
first, second = (scenario.simulate(draws=2_000, seed=0).outputs["net"] for _ in range(2))
other = scenario.simulate(draws=2_000, seed=1).outputs["net"]
assert np.array_equal(first, second)
assert not np.array_equal(first, other)
