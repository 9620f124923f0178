#!/usr/bin/env python3
"""Draws icons.woff2 from the files in icons/. Run by hand by who changes an icon; the font is kept.

    python3 -m venv VENV
    VENV/bin/pip install fonttools==4.68.0 brotli==1.2.1 skia-pathops==0.9.2
    VENV/bin/python style/assets/icons.py

The same files make the same font, byte by byte. A new icon goes to the end of NAMES: its place there
is its code point in style/glyphs.css, which app/tests/pages/icons.rs compares.
"""

from pathlib import Path
from xml.etree import ElementTree

import pathops
from fontTools.fontBuilder import FontBuilder
from fontTools.misc.transform import Identity, Transform
from fontTools.pens.qu2cuPen import Qu2CuPen
from fontTools.pens.t2CharStringPen import T2CharStringPen
from fontTools.pens.transformPen import TransformPen
from fontTools.svgLib.path import parse_path
from fontTools.svgLib.path.shapes import PathBuilder

# From U+E000 on. What has a second colour or is paler is a glyph of its own.
NAMES = """
    refresh contexts pod filter lock cloud brand brand-bow copy check x search chevron-down
    chevron-right external share more plus globe sun info terminal keyboard link clock arrow details
    undo sort user close flask key pin ready open attention failed pending pending-rest closed
    unknown skipped
""".split()
# From U+E080 on: those of empty pages in thinner lines, since they are larger there.
THIN = "refresh contexts pod filter lock cloud".split()
THIN_WIDTH = 1.5

FIRST, FIRST_THIN = 0xE000, 0xE080
# Divides by both sizes of drawings, 24 and 16.
EM = 960
# How far an outline may be from the drawing, in units of the em: a 30th of a pixel at 16 px.
ERROR = 2
# The fixed time in the font: the start of 2026, in seconds since 1904.
MADE = 3_850_070_400


def outline(file, width=None):
    """What a drawing covers; its lines as thick as it says, or as `width`."""
    svg = ElementTree.parse(file).getroot()
    size = float(svg.get("viewBox").split()[2])
    scale = EM / size
    # Fonts count upwards from the base line, which is the drawing's lower edge.
    place = Transform(scale, 0, 0, -scale, 0, EM)
    covered = pathops.Path()
    for shape in svg:
        builder = PathBuilder()
        builder.add_path_from_element(shape)
        (d,), (own,) = builder.paths, builder.transforms
        path = pathops.Path()
        parse_path(d, TransformPen(path.getPen(), place.transform(own or Identity)))
        stroke = svg.get("stroke-width")
        if not stroke or shape.get("fill"):
            filled = pathops.Path(path)
            if shape.get("fill-rule") == "evenodd":
                filled.fillType = pathops.FillType.EVEN_ODD
            covered = pathops.op(covered, filled, pathops.PathOp.UNION)
        if stroke:
            assert svg.get("stroke-linecap") == svg.get("stroke-linejoin") == "round", file
            path.stroke((width or float(stroke)) * scale, pathops.LineCap.ROUND_CAP, pathops.LineJoin.ROUND_JOIN, 4)
            path.convertConicsToQuads()
            covered = pathops.op(covered, path, pathops.PathOp.UNION)
    covered.simplify(fix_winding=True)
    return covered


def glyph(covered):
    pen = T2CharStringPen(EM, None)
    # Few long curves in place of the many short ones that come of strokes.
    joined = Qu2CuPen(pen, ERROR, all_cubic=True)
    for verb, points in covered:
        if verb == pathops.PathVerb.CLOSE:
            joined.closePath()
        else:
            to = {pathops.PathVerb.MOVE: "moveTo", pathops.PathVerb.LINE: "lineTo"}.get(verb)
            to = to or {pathops.PathVerb.QUAD: "qCurveTo", pathops.PathVerb.CUBIC: "curveTo"}[verb]
            getattr(joined, to)(*points)
    return pen.getCharString()


def main():
    here = Path(__file__).parent
    files = {file.stem for file in (here / "icons").iterdir()}
    assert files == set(NAMES), files ^ set(NAMES)
    glyphs = {".notdef": T2CharStringPen(EM, None).getCharString()}
    codes = {}
    for at, name in enumerate(NAMES):
        codes[FIRST + at] = name
        glyphs[name] = glyph(outline(here / "icons" / f"{name}.svg"))
    for at, name in enumerate(THIN):
        codes[FIRST_THIN + at] = f"{name}.thin"
        glyphs[f"{name}.thin"] = glyph(outline(here / "icons" / f"{name}.svg", THIN_WIDTH))

    font = FontBuilder(EM, isTTF=False)
    font.font.recalcTimestamp = False
    font.updateHead(created=MADE, modified=MADE)
    font.setupGlyphOrder(list(glyphs))
    font.setupCharacterMap(codes)
    # Outlines of the kind that renderers leave as they are where a font has no hints.
    font.setupCFF("icons", {}, glyphs, {})
    font.setupHorizontalMetrics({name: (EM, 0) for name in glyphs})
    # The base line is the box's lower edge, so that an icon stands in a line as an empty box does.
    font.setupHorizontalHeader(ascent=EM, descent=0)
    font.setupNameTable({"familyName": "icons", "styleName": "Regular"}, mac=False)
    font.setupOS2(version=4, sTypoAscender=EM, sTypoDescender=0, sTypoLineGap=0, usWinAscent=EM, usWinDescent=0, fsSelection=0xC0)
    font.setupPost(keepGlyphNames=False)
    font.font.flavor = "woff2"
    font.save(here / "icons.woff2")


if __name__ == "__main__":
    main()
