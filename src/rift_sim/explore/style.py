"""How the page looks, and the two ways in which text gets onto it."""

from __future__ import annotations

import solara

__all__ = ["CSS", "block", "text"]

CSS = """
.rift-page { max-width: 1240px; margin: 0 auto; padding: 0 8px 24px; width: 100%;
  overflow-wrap: anywhere; }
.rift-page h1 { font-size: 1.6rem; line-height: 1.25; }
.rift-page h2 { font-size: 1.1rem; margin: 14px 0 6px; }
.rift-page p { margin: 4px 0; }
.rift-question { font-size: 1.05rem; }
.rift-limits { border-left: 4px solid #D55E00; padding: 4px 0 4px 10px; }
.rift-note, .rift-words { font-size: 0.9rem; }
.rift-main { display: grid; gap: 8px 28px; grid-template-columns: minmax(0, 5fr) minmax(0, 6fr); }
.rift-list { padding-left: 18px; }
.rift-list li { margin-bottom: 4px; }
.rift-month { font-weight: 600; }
.rift-charts { display: grid; gap: 18px; margin-top: 8px;
  grid-template-columns: repeat(auto-fill, minmax(250px, 1fr)); }
.rift-page figure { margin: 0; }
.rift-page figure img { width: 100%; height: auto; display: block; background: white; }
.rift-page figcaption { font-size: 0.9rem; line-height: 1.3; min-height: 2.6em; }
.rift-value { font-weight: 600; display: block; }
.rift-changed { border-left: 4px solid #0072B2; padding-left: 10px; font-weight: 600; }
.rift-narrow { display: none; }
.rift-control { margin-bottom: 12px; }
.rift-control .v-input__slider .v-input__slot { flex-direction: column; align-items: stretch; }
.rift-control .v-input__slider .v-label { color: inherit; font-weight: 600; margin: 0; }
.rift-ends { display: flex; flex-direction: row; justify-content: space-between;
  font-size: 0.8rem; line-height: 1.2; margin-top: -12px; padding: 0 8px 6px; }
@media (max-width: 959px) {
  .rift-main { grid-template-columns: minmax(0, 1fr); }
  .rift-page .rift-narrow { display: block; }
}
@media (prefers-reduced-motion: reduce) {
  .solara-content-main { animation: none; }
}
"""


def block(tag: str, words: str, look: str = "") -> None:
    """Put text on the page, as an element of its own."""
    solara.v.Html(tag=tag, children=[words], class_=look)


def text(words: str, look: str = "") -> None:
    """Put text on the page, within a line."""
    block("span", words, look)
