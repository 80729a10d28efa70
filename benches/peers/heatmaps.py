"""A plain Streamlit page, as one writes it first: a slider, and six LSTM heatmaps in one st.plotly_chart."""

import numpy as np
import plotly.graph_objects as go
import streamlit as st
from plotly.subplots import make_subplots

from models import CELLS, forward, init

STEPS, INPUTS, UNITS = 24, 8, 16
QUANTITIES = ("f", "i", "c~", "c", "o", "h")

spec = CELLS["lstm"]
params = init(spec, INPUTS, UNITS, seed=0)
shift = st.slider("Bias of the forget gate", -5.0, 5.0, 0.0, 0.05, key="bias")
params["b_f"] = params["b_f"] + shift
trace = forward(spec, params, np.random.default_rng(0).normal(size=(STEPS, INPUTS)))

figure = make_subplots(rows=len(QUANTITIES), cols=1, shared_xaxes=True, vertical_spacing=0.02)
for row, name in enumerate(QUANTITIES, start=1):
    low = 0 if spec.quantities[name].kind == "gate" else -1
    heatmap = go.Heatmap(z=trace[name].T, zmin=low, zmax=1, showscale=False)
    figure.add_trace(heatmap, row=row, col=1)
figure.update_layout(height=800)
st.plotly_chart(figure, key="heatmaps")
