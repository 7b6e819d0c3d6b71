//! An invoice as a PDF: one page A4, the standard Helvetica fonts, text that can be searched.

use pdf_writer::{Chunk, Content, Finish, Name, Pdf, Rect, Ref, Settings, Str, TextStr};

use super::{SampleItem, money};

/// What stands on an invoice.
pub(super) struct Page<'a> {
    pub(super) number: u32,
    pub(super) date: &'a str,
    pub(super) order: u32,
    pub(super) order_date: &'a str,
    pub(super) name: &'a str,
    pub(super) address: &'a str,
    pub(super) parcel: &'a str,
    pub(super) items: &'a [SampleItem],
    pub(super) card: &'a str,
    pub(super) receipt_code: &'a str,
}

const LEFT: f32 = 60.0;
const RIGHT: f32 = 535.0;
const MIDDLE: f32 = 215.0;
const FACTS: f32 = 385.0;
/// The right edges of the columns quantity and unit price.
const QUANTITY: f32 = 345.0;
const PRICE: f32 = 445.0;
/// The base line of the table's head.
const TABLE: f32 = 530.0;
const ROW: f32 = 22.0;

/// The regular and the bold font.
const PLAIN: Name<'_> = Name(b"F");
const BOLD: Name<'_> = Name(b"B");

type Colour = [f32; 3];
const INK: Colour = [0.13, 0.15, 0.18];
const GREY: Colour = [0.42, 0.46, 0.5];
const ACCENT: Colour = [0.06, 0.36, 0.42];
const TINT: Colour = [0.94, 0.96, 0.96];
const RULE: Colour = [0.83, 0.85, 0.87];

/// The advance of a digit in both Helveticas, in thousandths of the size.
const DIGIT: u16 = 556;

/// The width of `text` at `size` in Helvetica, in points. Knows digits, the marks around them and
/// lower-case letters roughly enough for headings; that is all that is ever set to the right.
fn width(text: &str, size: f32) -> f32 {
    let units: u16 = text
        .chars()
        .map(|c| match c {
            ' ' | '.' | ',' | '/' | ':' | 'f' | 't' | 'I' => 278,
            '-' | 'r' => 333,
            'i' | 'j' | 'l' => 222,
            'c' | 'k' | 's' | 'v' | 'x' | 'y' | 'z' | 'J' => 500,
            'w' | 'C' | 'D' | 'H' | 'N' | 'R' | 'U' => 722,
            'A' | 'B' | 'E' | 'K' | 'P' | 'S' | 'V' | 'X' | 'Y' => 667,
            'F' | 'T' | 'Z' => 611,
            'G' | 'O' | 'Q' => 778,
            'm' | 'M' => 833,
            'W' => 944,
            _ => DIGIT,
        })
        .sum();
    f32::from(units) * size / 1000.0
}

/// `text` in `WinAnsiEncoding`, which for all letters of the sample is Latin-1.
fn win_ansi(text: &str) -> Vec<u8> {
    text.chars()
        .map(|c| u8::try_from(u32::from(c)).unwrap_or(b'?'))
        .collect()
}

/// Text set piece by piece; says only what changed since the piece before, to stay small.
struct Setter {
    content: Content,
    at: (f32, f32),
    font: Option<(Name<'static>, f32)>,
    colour: Option<Colour>,
}

/// Rounds to a tenth of a point.
fn tenth(x: f32) -> f32 {
    (x * 10.0).round() / 10.0
}

impl Setter {
    fn text(&mut self, x: f32, y: f32, font: Name<'static>, size: f32, colour: Colour, text: &str) {
        if self.font != Some((font, size)) {
            self.content.set_font(font, size);
            self.font = Some((font, size));
        }
        if self.colour != Some(colour) {
            self.content.set_fill_rgb(colour[0], colour[1], colour[2]);
            self.colour = Some(colour);
        }
        let step = (tenth(x - self.at.0), tenth(y - self.at.1));
        self.content.next_line(step.0, step.1);
        self.at = (self.at.0 + step.0, self.at.1 + step.1);
        self.content.show(Str(&win_ansi(text)));
    }

    fn right(
        &mut self,
        edge: f32,
        y: f32,
        font: Name<'static>,
        size: f32,
        colour: Colour,
        text: &str,
    ) {
        self.text(edge - width(text, size), y, font, size, colour, text);
    }

    /// A small grey heading.
    fn label(&mut self, x: f32, y: f32, text: &str) {
        self.text(x, y, PLAIN, 8.0, GREY, text);
    }
}

fn fill(content: &mut Content, colour: Colour, [x, y, width, height]: [f32; 4]) {
    content.set_fill_rgb(colour[0], colour[1], colour[2]);
    content.rect(x, y, width, height).fill_nonzero();
}

/// The letterhead's mark: a gear of two squares with a round hole.
fn mark(content: &mut Content) {
    let (x, y) = (74.0, 775.0);
    fill(content, ACCENT, [x - 10.5, y - 10.5, 21.0, 21.0]);
    content
        .move_to(x, y - 15.0)
        .line_to(x + 15.0, y)
        .line_to(x, y + 15.0)
        .line_to(x - 15.0, y);
    content.fill_nonzero();
    let (r, k) = (5.0, 2.8);
    content.set_fill_gray(1.0).move_to(x + r, y);
    content.cubic_to(x + r, y + k, x + k, y + r, x, y + r);
    content.cubic_to(x - k, y + r, x - r, y + k, x - r, y);
    content.cubic_to(x - r, y - k, x - k, y - r, x, y - r);
    content
        .cubic_to(x + k, y - r, x + r, y - k, x + r, y)
        .fill_nonzero();
}

/// The name in bold and the address below it, line by line.
fn party(set: &mut Setter, x: f32, name: &str, address: &str) {
    set.text(x, 624.0, BOLD, 10.0, INK, name);
    for (line, y) in address.split(", ").zip([610.0, 596.0, 582.0, 568.0]) {
        set.text(x, y, PLAIN, 10.0, INK, line);
    }
}

fn content(page: &Page<'_>) -> Vec<u8> {
    let rows: Vec<f32> = std::iter::successors(Some(TABLE - 22.0), |y| Some(y - ROW))
        .take(page.items.len())
        .collect();
    let below = rows.last().copied().unwrap_or(TABLE) - 8.0;
    let total = below - 68.0;
    let foot = total - 92.0;

    let mut content = Content::with_settings(Settings { pretty: false });
    mark(&mut content);
    fill(&mut content, TINT, [LEFT, TABLE - 8.0, RIGHT - LEFT, 22.0]);
    for y in &rows {
        fill(&mut content, RULE, [LEFT, y - 8.0, RIGHT - LEFT, 0.5]);
    }
    fill(
        &mut content,
        ACCENT,
        [FACTS, total + 17.0, RIGHT - FACTS, 1.0],
    );
    fill(&mut content, TINT, [LEFT, foot, RIGHT - LEFT, 58.0]);
    fill(&mut content, ACCENT, [LEFT, foot, 2.5, 58.0]);
    fill(&mut content, RULE, [LEFT, 66.0, RIGHT - LEFT, 0.5]);

    content.begin_text();
    let mut set = Setter {
        content,
        at: (0.0, 0.0),
        font: None,
        colour: None,
    };
    set.text(100.0, 774.0, BOLD, 17.0, ACCENT, "Acme Production");
    set.label(100.0, 762.0, "Makers of gizmos");
    for (line, y) in [
        "1 Gizmo Works, Cogworth ZZ1 1AC",
        "support@acme.example.com",
        "VAT no. ZZ 000 1042 00",
    ]
    .into_iter()
    .zip([782.0, 771.0, 760.0])
    {
        set.label(FACTS, y, line);
    }

    set.text(LEFT, 690.0, BOLD, 24.0, INK, "Invoice");
    set.label(LEFT, 640.0, "Billed to");
    party(&mut set, LEFT, page.name, page.address);
    set.label(MIDDLE, 640.0, "Delivered to");
    party(&mut set, MIDDLE, page.name, page.parcel);
    for (y, label, value) in [
        (640.0, "Invoice number", page.number.to_string()),
        (624.0, "Invoice date", page.date.to_owned()),
        (608.0, "Order number", page.order.to_string()),
        (592.0, "Order date", page.order_date.to_owned()),
    ] {
        set.label(FACTS, y, label);
        set.right(RIGHT, y, PLAIN, 10.0, INK, &value);
    }

    set.label(LEFT + 8.0, TABLE, "Item");
    for (edge, label) in [
        (QUANTITY, "Quantity"),
        (PRICE, "Unit price, EUR"),
        (RIGHT - 8.0, "Amount, EUR"),
    ] {
        set.right(edge, TABLE, PLAIN, 8.0, GREY, label);
    }
    for (item, y) in page.items.iter().zip(&rows) {
        set.text(LEFT + 8.0, *y, PLAIN, 10.0, INK, item.name);
        set.right(QUANTITY, *y, PLAIN, 10.0, INK, &item.quantity.to_string());
        set.right(PRICE, *y, PLAIN, 10.0, INK, &money(item.unit_cents));
        set.right(RIGHT - 8.0, *y, PLAIN, 10.0, INK, &money(item.cents()));
    }

    let net = super::net_cents(page.items);
    let vat = super::vat_cents(net);
    for (y, label, cents) in [(below - 20.0, "Net", net), (below - 38.0, "VAT 20 %", vat)] {
        set.text(FACTS, y, PLAIN, 10.0, GREY, label);
        set.right(RIGHT - 8.0, y, PLAIN, 10.0, INK, &money(cents));
    }
    set.text(FACTS, total, BOLD, 12.0, INK, "Total, EUR");
    set.right(RIGHT - 8.0, total, BOLD, 12.0, INK, &money(net + vat));

    set.label(LEFT + 16.0, foot + 40.0, "Paid by card");
    set.text(LEFT + 16.0, foot + 24.0, PLAIN, 10.0, INK, page.card);
    set.label(MIDDLE, foot + 40.0, "Receipt code");
    set.text(MIDDLE, foot + 24.0, BOLD, 11.0, INK, page.receipt_code);
    set.label(
        MIDDLE,
        foot + 10.0,
        "Keep it to yourself: it proves that this purchase is yours.",
    );
    set.label(
        LEFT,
        52.0,
        "Thank you for your order. Acme Production is made up, and so is all of this.",
    );
    set.right(RIGHT, 52.0, PLAIN, 8.0, GREY, "Page 1 of 1");
    set.content.end_text();
    set.content.finish().into_vec()
}

/// The invoice as the bytes of a PDF, under 4 kB.
pub(super) fn invoice(page: &Page<'_>) -> Vec<u8> {
    let [catalog, pages, sheet, plain, bold, text, about] = [1, 2, 3, 4, 5, 6, 7].map(Ref::new);
    let mut pdf = Pdf::with_settings(Settings { pretty: false });
    pdf.catalog(catalog).pages(pages).lang(TextStr("en"));
    pdf.pages(pages).kids([sheet]).count(1);
    let mut a4 = pdf.page(sheet);
    a4.media_box(Rect::new(0.0, 0.0, 595.0, 842.0))
        .parent(pages)
        .contents(text);
    a4.resources().fonts().pair(PLAIN, plain).pair(BOLD, bold);
    a4.finish();
    font(&mut pdf, plain, b"Helvetica");
    font(&mut pdf, bold, b"Helvetica-Bold");
    pdf.stream(text, &content(page));
    pdf.document_info(about)
        .title(TextStr(&format!("Invoice {}", page.number)))
        .author(TextStr("Acme Production"));
    pdf.finish()
}

fn font(chunk: &mut Chunk, id: Ref, name: &[u8]) {
    chunk
        .type1_font(id)
        .base_font(Name(name))
        .encoding_predefined(Name(b"WinAnsiEncoding"));
}
