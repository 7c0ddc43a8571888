//! What this program was compiled for and what the machine could do.
//!
//! The engine's fast kernels are chosen when it is compiled: a build for the wrong instruction set
//! runs several times slower, and nothing else would say so.

/// Names the instruction set compiled in, and warns if the machine has a better one.
pub fn description() -> String {
    let compiled = compiled();
    let present = present();
    if rank(present) > rank(compiled) {
        format!(
            "compiled for {compiled}, but this machine has {present}: build with \
             RUSTFLAGS=\"-C target-cpu=native\" for several times the speed"
        )
    } else {
        format!("compiled for {compiled}")
    }
}

const NAMES: [&str; 4] = ["a baseline processor", "AVX2", "AVX-512", "NEON"];

fn rank(name: &str) -> usize {
    NAMES.iter().position(|known| *known == name).unwrap_or(0)
}

fn compiled() -> &'static str {
    if cfg!(target_feature = "avx512f") {
        "AVX-512"
    } else if cfg!(target_feature = "avx2") {
        "AVX2"
    } else if cfg!(target_feature = "neon") {
        "NEON"
    } else {
        "a baseline processor"
    }
}

#[cfg(target_arch = "x86_64")]
fn present() -> &'static str {
    if std::arch::is_x86_feature_detected!("avx512f") {
        "AVX-512"
    } else if std::arch::is_x86_feature_detected!("avx2") {
        "AVX2"
    } else {
        "a baseline processor"
    }
}

#[cfg(not(target_arch = "x86_64"))]
fn present() -> &'static str {
    compiled()
}
