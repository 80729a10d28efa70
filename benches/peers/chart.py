"""A plain Streamlit page with one Plotly chart."""

import numpy as np
import plotly.graph_objects as go
import streamlit as st

st.title("One chart")
st.plotly_chart(go.Figure(go.Heatmap(z=np.random.default_rng(0).normal(size=(16, 24)))), key="chart")
