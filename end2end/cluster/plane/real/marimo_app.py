"""A marimo notebook with a button whose cell the kernel runs anew."""

import marimo

app = marimo.App()


@app.cell
def _():
    import marimo as mo

    press = mo.ui.button(value=0, on_click=lambda pressed: pressed + 1, label="Press")
    press
    return mo, press


@app.cell
def _(mo, press):
    mo.md(f"# pressed {press.value} times")
    return


if __name__ == "__main__":
    app.run()
