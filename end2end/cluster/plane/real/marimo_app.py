"""A marimo notebook with a button whose cell the kernel runs anew."""

import marimo

app = marimo.App()


@app.cell
def _():
    import marimo as mo

    press = mo.ui.run_button(label="Press")
    press
    return mo, press


@app.cell
def _(mo, press):
    mo.md("pressed") if press.value else mo.md("# alive")
    return


if __name__ == "__main__":
    app.run()
