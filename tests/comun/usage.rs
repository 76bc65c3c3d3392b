//! Lo que gasta un proceso: descriptores, hilos y memoria, como los cuenta `/proc`.

use std::fs;
use std::thread;
use std::time::{Duration, Instant};

use super::client::Wire;
use super::process::Process;

/// Cuánto se espera que todo vuelva a su sitio. Los hilos de más se van en 10 segundos.
const PATIENCE: Duration = Duration::from_secs(60);

/// Lo que la memoria puede crecer desde la primera mitad, en KiB: ruido de quien la reparte.
const MEMORY_MARGIN: u64 = 8 * 1024;

/// Lo que gasta el servidor en un momento.
#[derive(Debug, Clone, Copy, Default)]
pub struct Usage {
    pub descriptors: u64,
    pub threads: u64,
    /// En KiB.
    pub memory: u64,
}

impl Usage {
    #[track_caller]
    pub fn of(process: &Process) -> Self {
        let folder = format!("/proc/{}", process.id());
        let status = fs::read_to_string(format!("{folder}/status")).expect("sigue en marcha");
        let number = |name: &str| {
            let line = status.lines().find_map(|line| line.strip_prefix(name)).expect("está");
            line.trim_matches(|c: char| !c.is_ascii_digit()).parse().expect("un número")
        };
        let descriptors = fs::read_dir(format!("{folder}/fd")).expect("se cuentan").count() as u64;
        Self { descriptors, threads: number("Threads:"), memory: number("VmRSS:") }
    }

    /// Lo mayor de cada cosa.
    pub fn max(self, other: Self) -> Self {
        Self {
            descriptors: self.descriptors.max(other.descriptors),
            threads: self.threads.max(other.threads),
            memory: self.memory.max(other.memory),
        }
    }

    /// Espera a que el servidor atienda una visita y lo que gasta cumpla `condition`. Pasado el plazo,
    /// devuelve lo que haya.
    #[track_caller]
    pub fn settled(
        process: &Process,
        visit: &dyn Fn() -> Wire,
        condition: impl Fn(&Self) -> bool,
    ) -> Self {
        let give_up = Instant::now() + PATIENCE;
        loop {
            let mut wire = visit();
            wire.finish();
            // El servidor cierra detrás: ya no cuenta.
            assert_eq!(wire.rest(), "");
            let usage = Self::of(process);
            if condition(&usage) || Instant::now() > give_up {
                return usage;
            }
            thread::sleep(Duration::from_millis(50));
        }
    }

    /// Si no hay más descriptores ni hilos que al empezar.
    pub fn is_back_to(&self, before: &Self) -> bool {
        self.descriptors <= before.descriptors && self.threads <= before.threads
    }

    /// Todo volvió a su sitio.
    #[track_caller]
    pub fn check(before: &Self, peak: &Self, after: &Self) {
        println!("al empezar: {before:?}\nen lo peor: {peak:?}\nal final:   {after:?}");
        assert!(after.is_back_to(before), "{after:?}, y al empezar {before:?}");
        assert!(after.memory <= peak.memory + MEMORY_MARGIN, "{after:?}, y antes {peak:?}");
    }
}
