"""A Gradio app whose Submit asks the server: `python gradio_app.py PORT [ROOT_PATH]`."""

import sys

import gradio

app = gradio.Interface(lambda name: f"hello {name}", "text", gradio.Textbox(label="Answer"), flagging_mode="never")
app.launch(server_name="0.0.0.0", server_port=int(sys.argv[1]), root_path=sys.argv[2] if sys.argv[2:] else None)
