"""A plain Streamlit page with a switch for one `st.plotly_chart`: the numbers of a panel, drawn as one does at first.

`?panel=` says which. T=24 H=16 as on our page; everything is computed before the switch is thrown.
"""

from collections.abc import Mapping

import numpy as np
import plotly.graph_objects as go
import streamlit as st
from plotly.subplots import make_subplots

from models import CELLS, Trace, backward, explain, forward, init, unroll
from models.unroll import history

STEPS, INPUTS, UNITS = 24, 8, 16


def run(cell: str) -> Trace:
    X = np.random.default_rng(0).normal(size=(STEPS, INPUTS))
    return forward(CELLS[cell], init(CELLS[cell], INPUTS, UNITS, seed=0), X)


def heatmaps(arrays: Mapping[str, np.ndarray]) -> go.Figure:
    figure = make_subplots(rows=len(arrays), cols=1, shared_xaxes=True)
    for row, values in enumerate(arrays.values(), start=1):
        figure.add_trace(go.Heatmap(z=values.T, showscale=False), row=row, col=1)
    return figure.update_layout(height=120 * len(arrays))


def why(trace: Trace) -> go.Figure:
    terms = explain(trace, "f", STEPS, 0)
    figure = make_subplots(rows=2, cols=1)
    names, values = [name for name, _ in terms], [value for _, value in terms]
    figure.add_trace(go.Waterfall(orientation="h", y=names, x=values), row=1, col=1)
    x = np.linspace(-6, 6, 161)
    return figure.add_trace(go.Scatter(x=x, y=1 / (1 + np.exp(-x))), row=2, col=1)


def memory(trace: Trace) -> go.Figure:
    past = history(trace, "c", 0)
    figure = make_subplots(rows=3, cols=1)
    figure.add_trace(go.Heatmap(z=unroll(trace, "c", STEPS).T, showscale=False), row=1, col=1)
    figure.add_trace(go.Heatmap(z=past, showscale=False), row=2, col=1)
    for band in past.T:
        figure.add_trace(go.Scatter(y=band, stackgroup="one"), row=3, col=1)
    return figure


def gradient(trace: Trace) -> go.Figure:
    seed = np.zeros((STEPS, UNITS))
    seed[-1, 0] = 1
    found = backward(trace, {"h": seed})
    figure = heatmaps(found)
    for values in (found.x, found["h"], found["c"]):
        figure.add_trace(go.Scatter(y=np.linalg.norm(values, axis=1)))
    return figure


def compare(trace: Trace) -> go.Figure:
    other = run("gru")
    return heatmaps({**trace, **{f"gru {name}": other[name] for name in other}})


@st.cache_data
def figure(panel: str) -> go.Figure:
    """The picture; of the table in Data, which `st.plotly_chart` could only list, the values as heatmaps."""
    makers = {"why": why, "memory": memory, "gradient": gradient, "compare": compare, "data": heatmaps}
    return makers[panel](run("lstm"))


drawn = figure(st.query_params["panel"])
st.title("One panel")
if st.toggle("Show", key="show"):
    st.plotly_chart(drawn, key="chart")
