//! Las señales en Unix: SIGINT, SIGTERM y SIGHUP, menos las que ya son de otro.
//!
//! Quien empezó el programa puede haberle dicho que ignore alguna (`nohup`, o `sh` con lo que deja
//! detrás), y el programa puede atender otras por su cuenta: esas no se tocan. Linux las dice; donde no
//! se sabe, se atienden todas.

use std::{fs, io, thread};

use signal_hook::consts::{SIGHUP, SIGINT, SIGTERM};
use signal_hook::iterator::Signals;

/// Llama a `notice` con cada señal de terminar, en otro hilo.
pub(super) fn receive(notice: fn(i32)) -> io::Result<()> {
    let taken = fs::read_to_string("/proc/self/status").map_or(0, |status| taken(&status));
    let is_free = |signal: &i32| taken & (1 << (signal - 1)) == 0;
    let mut signals = Signals::new([SIGINT, SIGTERM, SIGHUP].iter().filter(|one| is_free(one)))?;
    let wait = move || signals.forever().for_each(notice);
    thread::Builder::new().name("pasarela".to_owned()).spawn(wait).map(drop)
}

/// Las que se ignoran o ya se atienden, según `status`: un bit cada una (`proc_pid_status(5)`).
fn taken(status: &str) -> u64 {
    let masks = status.lines().filter_map(|line| {
        let (name, mask) = line.split_once(':')?;
        let is_taken = ["SigIgn", "SigCgt"].contains(&name);
        is_taken.then(|| u64::from_str_radix(mask.trim(), 16).ok())?
    });
    masks.fold(0, |all, mask| all | mask)
}

#[cfg(test)]
mod tests {
    use super::*;
    use pretty_assertions::assert_eq;

    #[test]
    fn lo_que_se_ignora_y_lo_que_se_atiende_es_de_otro() {
        let status = "Name:\tsh\nSigBlk:\t0000000000000004\nSigIgn:\t0000000000000001\n\
                      SigCgt:\t0000000000004000\n";
        assert_eq!(taken(status), 1 << (SIGHUP - 1) | 1 << (SIGTERM - 1));
        assert_eq!(taken("SigIgn: ¿?\n"), 0);
    }
}
