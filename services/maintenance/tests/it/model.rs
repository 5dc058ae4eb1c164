//! The service against a naive model: several clients at once create, change, enable and delete windows at random while
//! the clock moves, and whatever comes of it is what the model says for some order of what they did.

use std::{
    cell::Cell,
    collections::{BTreeMap, BTreeSet},
};

use jiff::{SignedDuration, Timestamp};
use nsp_kit::{auth::Person, clock::to_proto, status::reason, testbed::eventually};
use nsp_proto::maintenance::v1::{DeleteWindowsRequest, ListWindowsRequest, Window};
use proptest::{
    prelude::*,
    test_runner::{Config, TestRunner},
};
use tokio::runtime::Runtime;
use tonic::Status;

use crate::harness::{Client, World, create, update};

const SERVICES: [&str; 2] = ["dns", "epp"];
const TLDS: usize = 2;
const CLIENTS: usize = 3;
/// Minutes, as `windows.start_grace_minutes` and `windows.max_duration_hours` say.
const GRACE: i64 = 15;
const LONGEST: i64 = 336 * 60;

/// A window of the model. Times are minutes since the case began.
#[derive(Debug, Clone, PartialEq, Eq)]
struct Naive {
    tld: usize,
    service: usize,
    start: i64,
    end: i64,
    enabled: bool,
}

/// What a client does. Targets count through the windows there are.
#[derive(Debug, Clone)]
enum Action {
    Create(Vec<Naive>),
    MoveStart(usize, i64),
    MoveEnd(usize, i64),
    Enable(usize, bool),
    MoveTld(usize, usize),
    Delete(Vec<usize>),
}

/// What the clients do at once, after the clock has moved by some minutes.
#[derive(Debug, Clone)]
struct Round {
    minutes: i64,
    actions: Vec<Action>,
}

/// Windows by name.
type State = BTreeMap<String, Naive>;
/// The names of what was created, or the reason of the refusal.
type Outcome = Result<Vec<String>, String>;

#[test]
fn the_database_and_a_naive_model_agree() {
    let runtime = Runtime::new().unwrap();
    let world = runtime.block_on(World::start()).unwrap();
    let config = Config {
        cases: 40,
        max_shrink_iters: 40,
        failure_persistence: None,
        ..Config::default()
    };
    let case = Cell::new(0);
    TestRunner::new(config)
        .run(&prop::collection::vec(round(), 1..7), |rounds| {
            case.set(case.get() + 1);
            runtime
                .block_on(run(&world, case.get(), rounds))
                .map_err(|error| TestCaseError::fail(format!("{error:#}")))
        })
        .unwrap();
}

fn round() -> impl Strategy<Value = Round> {
    let minutes = prop_oneof![3 => Just(0_i64), 4 => 1..40_i64, 1 => -5..0_i64];
    (minutes, prop::collection::vec(action(), CLIENTS))
        .prop_map(|(minutes, actions)| Round { minutes, actions })
}

fn action() -> impl Strategy<Value = Action> {
    let target = || 0..20_usize;
    prop_oneof![
        5 => prop::collection::vec(naive(), 1..4).prop_map(Action::Create),
        1 => (target(), -30..30_i64).prop_map(|(at, by)| Action::MoveStart(at, by)),
        2 => (target(), -30..30_i64).prop_map(|(at, by)| Action::MoveEnd(at, by)),
        2 => (target(), any::<bool>()).prop_map(|(at, on)| Action::Enable(at, on)),
        1 => (target(), 0..TLDS).prop_map(|(at, tld)| Action::MoveTld(at, tld)),
        2 => prop::collection::vec(target(), 1..3).prop_map(Action::Delete),
    ]
}

fn naive() -> impl Strategy<Value = Naive> {
    let span = (-20..90_i64, -1..30_i64);
    let rest = (0..TLDS, 0..SERVICES.len(), prop::bool::weighted(0.8));
    (span, rest).prop_map(|((start, length), (tld, service, enabled))| Naive {
        tld,
        service,
        start,
        end: start + length,
        enabled,
    })
}

/// One case, with an account of its own.
async fn run(world: &World, case: usize, rounds: Vec<Round>) -> anyhow::Result<()> {
    let tlds: Vec<String> = (0..TLDS).map(|n| format!("case{case}-{n}")).collect();
    let labels: Vec<&str> = tlds.iter().map(String::as_str).collect();
    let person = world.person("Jane", &labels).await?;
    let it = Case {
        world,
        base: world.clock.now(),
        person,
        tlds,
    };
    let mut state = State::new();
    let mut relived = BTreeSet::new();
    for round in rounds {
        if round.minutes < 0 {
            relived.extend(it.begun(&state));
        }
        world
            .clock
            .advance(SignedDuration::from_mins(round.minutes));
        state = Box::pin(it.round(&state, &round.actions)).await?;
    }
    it.check_announcements(&state, &relived).await
}

struct Case<'a> {
    world: &'a World,
    base: Timestamp,
    person: Person,
    tlds: Vec<String>,
}

impl Case<'_> {
    fn now(&self) -> i64 {
        self.world.clock.now().duration_since(self.base).as_mins()
    }

    /// Lets the clients act at once, and finds the order in which the model comes to the same.
    async fn round(&self, before: &State, actions: &[Action]) -> anyhow::Result<State> {
        let names: Vec<String> = before.keys().cloned().collect();
        let mut clients = Vec::new();
        for action in actions {
            let client = self.world.client(&self.person)?;
            clients.push(self.act(client, before, &names, action.clone()));
        }
        let [a, b, c] = <[_; CLIENTS]>::try_from(clients)
            .ok()
            .expect("as many as clients");
        let (a, b, c) = tokio::join!(a, b, c);
        let outcomes = [a, b, c];
        let after = self.stored().await?;
        for ((name, one), (other_name, other)) in pairs(&after) {
            anyhow::ensure!(
                !clash(one, other),
                "{name} and {other_name} overlap: {one:?} {other:?}"
            );
        }
        for order in [
            [0, 1, 2],
            [0, 2, 1],
            [1, 0, 2],
            [1, 2, 0],
            [2, 0, 1],
            [2, 1, 0],
        ] {
            let mut state = before.clone();
            let agree = order.iter().all(|i| {
                let created = outcomes[*i].clone().unwrap_or_default();
                apply(&mut state, before, &actions[*i], &created, self.now())
                    == outcomes[*i].clone().map(drop)
            });
            if agree && state == after {
                return Ok(after);
            }
        }
        anyhow::bail!(
            "no order explains it at {}: {before:?} {actions:?} {outcomes:?} {after:?}",
            self.now()
        )
    }

    async fn act(
        &self,
        mut client: Client,
        before: &State,
        names: &[String],
        action: Action,
    ) -> Outcome {
        let at = |minute: i64| Some(to_proto(self.base + SignedDuration::from_mins(minute)));
        let change = |target: usize| {
            let name = names.get(target % names.len().max(1))?;
            let window = Window {
                name: name.clone(),
                ..Default::default()
            };
            Some((window, &before[name]))
        };
        let mut edit =
            async |window: Option<(Window, &Naive)>, mask, set: &dyn Fn(&mut Window, &Naive)| {
                let Some((mut window, naive)) = window else {
                    return Ok(Vec::new());
                };
                set(&mut window, naive);
                client
                    .update_window(update(&window, &[mask]))
                    .await
                    .map(|_| Vec::new())
            };
        let answer: Result<Vec<String>, Status> = match action {
            Action::Create(windows) => {
                let now = self.now();
                let windows: Vec<Window> = windows
                    .iter()
                    .map(|naive| Window {
                        tld: self.tlds[naive.tld].clone(),
                        service: SERVICES[naive.service].into(),
                        display_name: "Work".into(),
                        start_time: at(now + naive.start),
                        end_time: at(now + naive.end),
                        enabled: naive.enabled,
                        ..Default::default()
                    })
                    .collect();
                let created = client.create_windows(create(&windows)).await;
                created.map(|created| {
                    let windows = created.into_inner().windows.into_iter();
                    windows.map(|window| window.name).collect()
                })
            }
            Action::MoveStart(target, by) => {
                edit(change(target), "start_time", &|window, naive| {
                    window.start_time = at(naive.start + by);
                })
                .await
            }
            Action::MoveEnd(target, by) => {
                edit(change(target), "end_time", &|window, naive| {
                    window.end_time = at(naive.end + by);
                })
                .await
            }
            Action::Enable(target, enabled) => {
                edit(change(target), "enabled", &|window, _| {
                    window.enabled = enabled;
                })
                .await
            }
            Action::MoveTld(target, tld) => {
                edit(change(target), "tld", &|window, _| {
                    window.tld.clone_from(&self.tlds[tld]);
                })
                .await
            }
            Action::Delete(targets) => {
                let names = distinct(&targets, names);
                if names.is_empty() {
                    return Ok(Vec::new());
                }
                let request = DeleteWindowsRequest {
                    names,
                    ..Default::default()
                };
                client.delete_windows(request).await.map(|_| Vec::new())
            }
        };
        answer.map_err(|status| reason(&status))
    }

    /// What the service shows.
    async fn stored(&self) -> anyhow::Result<State> {
        let request = ListWindowsRequest {
            page_size: 200,
            ..Default::default()
        };
        let list = self
            .world
            .client(&self.person)?
            .list_windows(request)
            .await?
            .into_inner();
        anyhow::ensure!(list.next_page_token.is_empty());
        let minute = |at: Option<nsp_proto::Timestamp>| {
            (at.unwrap_or_default().seconds - self.base.as_second()) / 60
        };
        let naive = |window: Window| {
            let tld = self.tlds.iter().position(|tld| *tld == window.tld);
            let service = SERVICES
                .iter()
                .position(|service| *service == window.service);
            let naive = Naive {
                tld: tld.unwrap(),
                service: service.unwrap(),
                start: minute(window.start_time),
                end: minute(window.end_time),
                enabled: window.enabled,
            };
            (window.name, naive)
        };
        Ok(list.windows.into_iter().map(naive).collect())
    }

    fn begun(&self, state: &State) -> impl Iterator<Item = String> {
        let now = self.now();
        let begun = state.iter().filter(move |(_, naive)| naive.start <= now);
        begun.map(|(name, _)| name.clone())
    }

    /// In the end every enabled window has started once and ended once, and no other has. What had begun when the clock
    /// was put back is not looked at: it was announced perhaps, and could be changed again.
    async fn check_announcements(
        &self,
        state: &State,
        relived: &BTreeSet<String>,
    ) -> anyhow::Result<()> {
        let latest = state.values().map(|naive| naive.end).max().unwrap_or(0);
        let left = (latest - self.now()).max(0);
        self.world.clock.advance(SignedDuration::from_mins(left));
        let enabled = state
            .iter()
            .filter(|(name, naive)| naive.enabled && !relived.contains(*name));
        let mut expected: Vec<(String, String)> = enabled
            .flat_map(|(name, _)| {
                ["window.ended", "window.started"].map(|what| (name.clone(), what.to_owned()))
            })
            .collect();
        expected.sort();
        let announced = eventually(async || {
            let mut found: Vec<(String, String)> = sqlx::query_as(
                "select resource, action from kit.audit
                 where account = $1 and action in ('window.started', 'window.ended') order by 1, 2",
            )
            .bind(self.person.account)
            .fetch_all(&self.world.owner)
            .await?;
            found.retain(|(name, _)| !relived.contains(name));
            Ok((found.len() >= expected.len()).then_some(found))
        })
        .await?;
        anyhow::ensure!(
            announced == expected,
            "{announced:?} instead of {expected:?}"
        );
        Ok(())
    }
}

fn pairs(state: &State) -> impl Iterator<Item = ((&String, &Naive), (&String, &Naive))> {
    state
        .iter()
        .enumerate()
        .flat_map(move |(i, one)| state.iter().skip(i + 1).map(move |other| (one, other)))
}

fn clash(one: &Naive, other: &Naive) -> bool {
    let minutes = |naive: &Naive| naive.start..naive.end;
    one.enabled
        && other.enabled
        && (one.tld, one.service) == (other.tld, other.service)
        && minutes(one).any(|minute| minutes(other).contains(&minute))
}

fn distinct(targets: &[usize], names: &[String]) -> Vec<String> {
    let mut found = Vec::new();
    for target in targets {
        if let Some(name) = names.get(target % names.len().max(1))
            && !found.contains(name)
        {
            found.push(name.clone());
        }
    }
    found
}

/// What the model makes of an action: the reason of its refusal, or a new state.
fn apply(
    state: &mut State,
    seen: &State,
    action: &Action,
    created: &[String],
    now: i64,
) -> Result<(), String> {
    let names: Vec<String> = seen.keys().cloned().collect();
    let names = names.as_slice();
    let target = |at: usize| names.get(at % names.len().max(1));
    match action {
        Action::Create(windows) => {
            let windows: Vec<Naive> = windows
                .iter()
                .map(|naive| Naive {
                    start: now + naive.start,
                    end: now + naive.end,
                    ..naive.clone()
                })
                .collect();
            for naive in &windows {
                check_new(naive, now)?;
            }
            for (i, naive) in windows.iter().enumerate() {
                let others = state.values().chain(&windows[..i]);
                if others.into_iter().any(|other| clash(naive, other)) {
                    return Err("OVERLAP".into());
                }
            }
            // Refused although the model would not: any name that the service does not know.
            for (i, naive) in windows.into_iter().enumerate() {
                let name = created.get(i).cloned().unwrap_or_default();
                state.insert(name, naive);
            }
            Ok(())
        }
        Action::MoveStart(at, _)
        | Action::MoveEnd(at, _)
        | Action::Enable(at, _)
        | Action::MoveTld(at, _) => {
            let Some(name) = target(*at) else {
                return Ok(());
            };
            change(state, &seen[name], name, action, now)
        }
        Action::Delete(targets) => {
            let names = distinct(targets, names);
            let deletable = |name: &String| state.get(name).is_some_and(|naive| now < naive.start);
            if !names.iter().all(deletable) {
                return Err("WINDOWS_NOT_DELETABLE".into());
            }
            state.retain(|name, _| !names.contains(name));
            Ok(())
        }
    }
}

fn check_new(naive: &Naive, now: i64) -> Result<(), String> {
    let lasts = naive.start < naive.end && naive.end - naive.start <= LONGEST;
    let in_time = naive.start >= now - GRACE && naive.end > now;
    if lasts && in_time {
        Ok(())
    } else {
        Err("INVALID_FIELDS".into())
    }
}

/// `action` upon one window, which the client wants to be what it is said in terms of what it has seen.
fn change(
    state: &mut State,
    seen: &Naive,
    name: &String,
    action: &Action,
    now: i64,
) -> Result<(), String> {
    let Some(before) = state.get(name).cloned() else {
        return Err("WINDOW_NOT_FOUND".into());
    };
    let mut after = before.clone();
    match action {
        Action::MoveStart(_, by) => after.start = seen.start + by,
        Action::MoveEnd(_, by) => after.end = seen.end + by,
        Action::Enable(_, enabled) => after.enabled = *enabled,
        Action::MoveTld(_, tld) => after.tld = *tld,
        Action::Create(_) | Action::Delete(_) => {}
    }
    if before.end <= now {
        return Err("WINDOW_PAST".into());
    }
    let only_end = Naive {
        end: before.end,
        ..after.clone()
    } == before;
    if before.start <= now && !only_end {
        return Err("WINDOW_ONGOING".into());
    }
    if after.start >= after.end {
        return Err("INVALID_FIELDS".into());
    }
    if after == before {
        return Ok(());
    }
    let start_moved = after.start != before.start;
    if start_moved {
        check_new(&after, now)?;
    } else if after.end != before.end && after.end <= now {
        return Err("INVALID_FIELDS".into());
    }
    if state
        .iter()
        .any(|(other, naive)| other != name && clash(&after, naive))
    {
        return Err("OVERLAP".into());
    }
    state.insert(name.clone(), after);
    Ok(())
}

#[test]
fn the_model_itself_sees_an_overlap() {
    let naive = |start, end| Naive {
        tld: 0,
        service: 0,
        start,
        end,
        enabled: true,
    };
    assert!(clash(&naive(0, 10), &naive(9, 11)));
    assert!(!clash(&naive(0, 10), &naive(10, 11)));
}
