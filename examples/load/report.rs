//! What one run of the generator found, for people and as JSON.

use std::collections::BTreeMap;
use std::fmt;

use hdrhistogram::Histogram;
use serde::Serialize;

use super::process::Usage;
use super::tally::Tally;

/// Milliseconds that so many of the cases took at most.
#[derive(Debug, Clone, Copy, Default, Serialize)]
pub(crate) struct Quantiles {
    /// Half of them.
    pub(crate) p50_ms: f64,
    /// 99 of 100.
    pub(crate) p99_ms: f64,
    /// 999 of 1,000.
    #[serde(rename = "p99.9_ms")]
    pub(crate) p999_ms: f64,
}

impl Quantiles {
    /// Of a histogram of nanoseconds.
    pub(crate) fn of(histogram: &Histogram<u64>) -> Self {
        let at = |quantile| histogram.value_at_quantile(quantile) as f64 / 1e6;
        Self { p50_ms: at(0.5), p99_ms: at(0.99), p999_ms: at(0.999) }
    }
}

/// See the module.
#[derive(Debug, Clone, Default, Serialize)]
pub(crate) struct Report {
    /// What was put under load.
    pub(crate) server: String,
    /// Connections.
    pub(crate) connections: usize,
    /// Rooms, over which the connections are spread evenly.
    pub(crate) rooms: usize,
    /// Connections that talk.
    pub(crate) senders: usize,
    /// Bytes of a text.
    pub(crate) text_bytes: usize,
    /// How it was paced.
    pub(crate) pace: String,
    /// How long it was measured.
    pub(crate) seconds: f64,
    /// Messages that reached a connection.
    pub(crate) deliveries: u64,
    /// Messages that were acknowledged.
    pub(crate) said: u64,
    /// Deliveries a second.
    pub(crate) deliveries_per_s: f64,
    /// Acknowledged messages a second.
    pub(crate) said_per_s: f64,
    /// From when a message was due to when it reached a connection.
    pub(crate) say_to_delivery: Quantiles,
    /// From when a message was due to when it was acknowledged.
    pub(crate) say_to_said: Quantiles,
    /// Seconds that the server was on a core; absent if its process is not known.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub(crate) cpu: Option<Cpu>,
    /// Seconds that the generator was on a core.
    pub(crate) generator_cpu_s: f64,
}

/// What the server's process cost.
#[derive(Debug, Clone, Default, Serialize)]
pub(crate) struct Cpu {
    /// Seconds on a core.
    pub(crate) cpu_s: f64,
    /// For a million deliveries.
    pub(crate) cpu_s_per_million_deliveries: f64,
    /// For a thousand acknowledged messages.
    pub(crate) cpu_s_per_thousand_says: f64,
    /// Of each kind of thread.
    pub(crate) cpu_s_by_thread: BTreeMap<String, f64>,
    /// Bytes of memory in the end.
    pub(crate) resident_bytes: u64,
}

impl Report {
    /// Adds what was counted in `seconds`.
    pub(crate) fn with(mut self, tally: &Tally, seconds: f64, usage: Option<&Usage>, generator_cpu_s: f64) -> Self {
        self.seconds = seconds;
        (self.deliveries, self.said) = (tally.deliveries, tally.said);
        (self.deliveries_per_s, self.said_per_s) = (tally.deliveries as f64 / seconds, tally.said as f64 / seconds);
        (self.say_to_delivery, self.say_to_said) = (Quantiles::of(&tally.to_delivery), Quantiles::of(&tally.to_said));
        self.generator_cpu_s = generator_cpu_s;
        self.cpu = usage.map(|usage| Cpu {
            cpu_s: usage.cpu_s,
            cpu_s_per_million_deliveries: usage.cpu_s * 1e6 / tally.deliveries.max(1) as f64,
            cpu_s_per_thousand_says: usage.cpu_s * 1e3 / tally.said.max(1) as f64,
            cpu_s_by_thread: usage.cpu_s_by_thread.clone(),
            resident_bytes: usage.resident_bytes,
        });
        self
    }

    /// Seconds of the server's threads of this name, for a million deliveries; none if no such thread did anything.
    pub(crate) fn thread_cpu_s_per_million(&self, name: &str) -> Option<f64> {
        let cpu_s = self.cpu.as_ref()?.cpu_s_by_thread.get(name)?;
        Some(cpu_s * 1e6 / self.deliveries.max(1) as f64)
    }

    /// Seconds of the server for a thousand acknowledged messages.
    pub(crate) fn cpu_s_per_thousand_says(&self) -> f64 {
        self.cpu.as_ref().map_or(f64::NAN, |cpu| cpu.cpu_s_per_thousand_says)
    }

    /// Seconds of the server for a million deliveries.
    pub(crate) fn cpu_s_per_million(&self) -> f64 {
        self.cpu.as_ref().map_or(f64::NAN, |cpu| cpu.cpu_s_per_million_deliveries)
    }
}

impl fmt::Display for Report {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let Self { server, connections, rooms, senders, text_bytes, pace, .. } = self;
        writeln!(
            f,
            "{server}: {connections} connections in {rooms} rooms, {senders} talk, {text_bytes} bytes, {pace}"
        )?;
        let mut line = |name: &str, value: String| writeln!(f, "  {name:<24}{value}");
        line("deliveries a second", format!("{:.0}", self.deliveries_per_s))?;
        line("acknowledged a second", format!("{:.0}", self.said_per_s))?;
        line("say to delivery", latency(&self.say_to_delivery))?;
        line("say to said", latency(&self.say_to_said))?;
        if let Some(cpu) = &self.cpu {
            line("CPU per M deliveries", format!("{:.4} s", cpu.cpu_s_per_million_deliveries))?;
            line("CPU per thousand says", format!("{:.4} s", cpu.cpu_s_per_thousand_says))?;
            for (thread, cpu_s) in &cpu.cpu_s_by_thread {
                line(&format!("  {thread}"), format!("{cpu_s:.3} s of {:.1}", self.seconds))?;
            }
            line("resident memory", format!("{:.1} MiB", cpu.resident_bytes as f64 / 1_048_576.0))?;
        }
        line("generator", format!("{:.3} s of {:.1}", self.generator_cpu_s, self.seconds))
    }
}

fn latency(quantiles: &Quantiles) -> String {
    let Quantiles { p50_ms, p99_ms, p999_ms } = quantiles;
    format!("p50 {p50_ms:.3} ms, p99 {p99_ms:.3} ms, p99.9 {p999_ms:.3} ms")
}
