//! The words for what maintenance windows are.

use nsp_proto::maintenance::v1::{
    WindowView,
    window::{Origin, Phase},
};

/// The steps of the wizard.
pub const STEPS: [&str; 3] = ["Fill in", "Verify", "Done"];

/// A list view: as addresses write it, and its name.
#[derive(Debug)]
pub struct View {
    pub id: &'static str,
    pub name: &'static str,
    pub windows: WindowView,
}

/// The list views of the portal user guide; the first is shown when none is chosen.
pub static VIEWS: [View; 3] = [
    View {
        id: "all",
        name: "All windows",
        windows: WindowView::All,
    },
    View {
        id: "enabled",
        name: "Enabled",
        windows: WindowView::Enabled,
    },
    View {
        id: "disabled",
        name: "Disabled",
        windows: WindowView::Disabled,
    },
];

/// Where a window stands by the clock: as addresses write it, and its name.
#[derive(Debug)]
pub struct PhaseName {
    pub id: &'static str,
    pub name: &'static str,
    pub phase: Phase,
}

pub static PHASES: [PhaseName; 3] = [
    PhaseName {
        id: "upcoming",
        name: "Upcoming",
        phase: Phase::Upcoming,
    },
    PhaseName {
        id: "ongoing",
        name: "Ongoing",
        phase: Phase::Ongoing,
    },
    PhaseName {
        id: "past",
        name: "Past",
        phase: Phase::Past,
    },
];

/// The phase, as addresses and styles write it.
pub fn phase(phase: Phase) -> &'static PhaseName {
    let found = PHASES.iter().find(|name| name.phase == phase);
    found.unwrap_or(&PHASES[0])
}

/// How a window came here.
pub fn origin(origin: Origin) -> &'static str {
    match origin {
        Origin::Unspecified | Origin::Portal => "The portal",
        Origin::Rri => "Registry reporting interface (RRI)",
        Origin::Mosapi => "Monitoring system interface (MoSAPI)",
    }
}

/// `maintenance window`, `2 maintenance windows`.
pub fn windows(count: usize) -> String {
    crate::time::counted(count as u64, "window")
}
