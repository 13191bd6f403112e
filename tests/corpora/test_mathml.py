import pytest
from lxml import etree

from wardround.corpora.mathml import math_text


@pytest.mark.parametrize(
    ("source", "read"),
    [
        ("<mfrac><mi>a</mi><mn>2</mn></mfrac>", "a/2"),
        ("<mfrac><mrow><mi>a</mi><mo>+</mo><mi>b</mi></mrow><mi>c</mi></mfrac>", "(a + b)/c"),
        ("<msup><mi>x</mi><mn>2</mn></msup>", "x²"),
        ("<msup><mi>e</mi><mi>t</mi></msup>", "e^t"),
        ("<msup><mn>10</mn><mrow><mo>−</mo><mn>3</mn></mrow></msup>", "10^(− 3)"),
        ("<msub><mi>CO</mi><mn>2</mn></msub>", "CO_2"),
        ("<msubsup><mi>x</mi><mi>i</mi><mn>2</mn></msubsup>", "x_i^2"),
        ("<msqrt><mi>x</mi><mo>+</mo><mn>1</mn></msqrt>", "√(x + 1)"),
        ("<mroot><mi>x</mi><mn>3</mn></mroot>", "root 3 of (x)"),
        ("<mover><mi>x</mi><mo>¯</mo></mover>", "x"),
        ("<mfenced><mi>a</mi><mi>b</mi></mfenced>", "(a, b)"),
        (
            "<mtable><mtr><mtd><mi>a</mi></mtd><mtd><mi>b</mi></mtd></mtr><mtr><mtd><mi>c</mi></mtd></mtr></mtable>",
            "a b; c",
        ),
        ("<mrow><mi>BMI</mi><mo>=</mo><mtext> weight </mtext><mo>&#x2061;</mo></mrow>", "BMI = weight"),
        ("<semantics><mi>p</mi><annotation>p&lt;LaTeX</annotation></semantics>", "p"),
        ("<mn>1</mn><!-- no --><mspace/><mn>2</mn>", "1 2"),
        ("<mfrac><mi>broken</mi></mfrac>", "broken"),
    ],
)
def test_formulas_read_on_one_line(source: str, read: str) -> None:
    element = etree.fromstring(f'<m:math xmlns:m="http://www.w3.org/1998/Math/MathML">{_prefixed(source)}</m:math>')
    assert math_text(element) == read


def _prefixed(source: str) -> str:
    return source.replace("</", "\0").replace("<!", "\1").replace("<", "<m:").replace("\0", "</m:").replace("\1", "<!")
