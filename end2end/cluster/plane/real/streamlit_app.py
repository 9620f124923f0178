"""A Streamlit app whose button works over its WebSocket."""

import streamlit

streamlit.title("alive")
if streamlit.button("Press"):
    streamlit.write("pressed")
