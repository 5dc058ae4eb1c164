//! Which windows are in the way of others.
//!
//! Enabled windows of a TLD and service follow each other without overlap. So only two can be the first in the way: the
//! last that starts before, and the first that starts after. One look into an index finds each.

use jiff_sqlx::{Timestamp, ToSqlx};
use nsp_kit::db::Tx;
use uuid::Uuid;

use crate::{
    domain::{Occupied, Span, WindowId},
    error::Error,
};

/// A window that is in the way.
#[derive(Debug)]
pub struct InTheWay {
    pub id: WindowId,
    pub title: String,
    pub span: Span,
    pub creator_name: String,
}

/// For each of `wanted` the first enabled window that is in its way, if one is; `except` is never.
pub async fn find(
    tx: &mut Tx,
    wanted: &[Option<Occupied>],
    except: Option<WindowId>,
) -> Result<Vec<Option<InTheWay>>, Error> {
    let mut found: Vec<Option<InTheWay>> = wanted.iter().map(|_| None).collect();
    let numbered = wanted.iter().enumerate();
    let numbered: Vec<(i32, &Occupied)> = numbered
        .filter_map(|(i, wanted)| Some((i32::try_from(i).ok()?, wanted.as_ref()?)))
        .collect();
    let column = |of: fn(&Occupied) -> &str| -> Vec<String> {
        numbered.iter().map(|(_, one)| of(one).to_owned()).collect()
    };
    let times = |of: fn(&Span) -> jiff::Timestamp| -> Vec<Timestamp> {
        numbered
            .iter()
            .map(|(_, one)| of(&one.span).to_sqlx())
            .collect()
    };
    let places: Vec<i32> = numbered.iter().map(|(i, _)| *i).collect();
    let rows = sqlx::query!(
        r#"select place "place!", id "id!", name "name!", start_time "start_time!", end_time "end_time!", creator_name "creator_name!"
           from unnest($1::int[], $2::text[], $3::text[], $4::timestamptz[], $5::timestamptz[])
                as wanted (place, wanted_tld, wanted_service, wanted_start, wanted_end)
           cross join lateral (
               (select id, name, start_time, end_time, creator_name
                from (select id, name, start_time, end_time, creator_name from windows
                      where tld = wanted_tld and service = wanted_service and enabled and start_time <= wanted_start
                            and ($6::uuid is null or id <> $6)
                      order by start_time desc limit 1) as before
                where end_time > wanted_start)
               union all
               (select id, name, start_time, end_time, creator_name from windows
                where tld = wanted_tld and service = wanted_service and enabled and start_time > wanted_start
                      and start_time < wanted_end and ($6::uuid is null or id <> $6)
                order by start_time limit 1)
               limit 1) as in_the_way"#,
        &places,
        &column(|one| one.tld.as_ref()),
        &column(|one| one.service.as_ref()),
        &times(Span::start) as &[Timestamp],
        &times(Span::end) as &[Timestamp],
        except.map(|id| id.0) as Option<Uuid>,
    )
    .fetch_all(&mut **tx)
    .await?;
    for row in rows {
        let span = Span::new(row.start_time.to_jiff(), row.end_time.to_jiff());
        let place = usize::try_from(row.place).ok();
        if let Some(slot) = place.and_then(|place| found.get_mut(place)) {
            *slot = Some(InTheWay {
                id: WindowId(row.id),
                title: row.name,
                span: span.ok_or(Error::Inconsistent("end_time"))?,
                creator_name: row.creator_name,
            });
        }
    }
    Ok(found)
}
