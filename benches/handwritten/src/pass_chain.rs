//! An order's papers pass ten desks, ten steps at each.

use crate::data::{array, get, get_mut, math_add, object, set, take, text};
use crate::{Failure, Result};
use serde_json::{Value, json};

/// The desks in their order.
const DESKS: [&str; 10] = [
    "intake", "pricing", "tax", "discount", "credit", "stock", "packing", "shipping", "billing", "archive",
];

/// Passes the papers through all desks.
pub async fn run(mut papers: Value) -> Result<Value> {
    for (desk, soft) in DESKS.into_iter().zip((10..).step_by(10)) {
        papers = pass(papers, desk, soft)?;
    }
    Ok(papers)
}

fn pass(mut papers: Value, desk: &str, soft: u32) -> Result<Value> {
    let order = get(&papers, ["order"])?;
    let (id, contact) = (get(order, ["id"])?, get(order, ["customer"])?);
    let label = format!("{desk}: {} for {}", text(id)?, text(get(contact, ["name"])?)?);
    let lines = array(get(order, ["lines"])?)?;
    let line = lines
        .first()
        .ok_or_else(|| Failure::runtime("there is no first line"))?;
    let seen = math_add(get(&papers, ["progress", "seen"])?, 1)?;
    let page = object([
        ("stage", desk.into()),
        ("version", 3.into()),
        ("flags", json!(["audited", "priced"])),
        ("limits", object([("soft", soft.into()), ("hard", (soft * 2).into())])),
        ("contact", contact.clone()),
        ("label", object([("text", label.into()), ("kind", "label".into())])),
        (
            "line",
            object([
                ("sku", get(line, ["sku"])?.clone()),
                ("quantity", get(line, ["quantity"])?.clone()),
                ("soft", soft.into()),
            ]),
        ),
        ("progress", object([("step", seen.into()), ("of", 10.into())])),
    ]);
    let progress = object([
        ("lines", lines.len().into()),
        ("seen", seen.into()),
        ("last", desk.into()),
    ]);
    set(get_mut(&mut papers, ["stages"])?, desk, page)?;
    set(get_mut(&mut papers, ["notes"])?, desk, format!("{desk} done").into())?;
    Ok(object([
        ("order", take(&mut papers, "order")?),
        ("stages", take(&mut papers, "stages")?),
        ("progress", progress),
        ("notes", take(&mut papers, "notes")?),
        ("closed", desk.into()),
    ]))
}
