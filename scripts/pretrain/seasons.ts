import type { Random } from './random';

/** Returns a seasonal profile with mean 0 and unit variance: smooth, irregular or with peaks. */
export function drawProfile(random: Random, season: number): Float64Array {
  const profile = new Float64Array(season);
  const kind = random.uniform();
  if (kind < 0.45) {
    const harmonics = Math.min(1 + random.integer(3), Math.floor(season / 2) || 1);
    for (let order = 1; order <= harmonics; order++) addWave(random, profile, order, 1 / order);
  } else if (kind < 0.8) {
    for (let phase = 0; phase < season; phase++) profile[phase] = random.normal();
    if (season > 12) for (let times = random.integer(4); times > 0; times--) blur(profile);
  } else {
    for (let peaks = 1 + random.integer(Math.max(1, season >> 2)); peaks > 0; peaks--) {
      profile[random.integer(season)]! += 2 * random.normal();
    }
  }
  if (season > 3 && random.chance(0.5)) addWave(random, profile, 1, 1);
  return standardized(profile);
}

/** Adds a season to values, which may grow or change its shape. */
export function addSeason(random: Random, values: Float64Array, season: number, amplitude: number): void {
  const [first, last] = [drawProfile(random, season), drawProfile(random, season)];
  const change = random.chance(0.3) ? random.uniform() : 0;
  const growth = random.chance(0.25) ? 0.6 * random.normal() : 0;
  for (let step = 0; step < values.length; step++) {
    const part = step / values.length;
    const shape = (1 - change * part) * first[step % season]! + change * part * last[step % season]!;
    values[step]! += amplitude * (1 + growth * (part - 0.5)) * shape;
  }
}

function addWave(random: Random, profile: Float64Array, order: number, amplitude: number): void {
  const [sine, cosine] = [random.normal() * amplitude, random.normal() * amplitude];
  for (let phase = 0; phase < profile.length; phase++) {
    const angle = (2 * Math.PI * order * phase) / profile.length;
    profile[phase]! += sine * Math.sin(angle) + cosine * Math.cos(angle);
  }
}

function blur(profile: Float64Array): void {
  let before = profile.at(-1)!;
  for (let phase = 0; phase < profile.length; phase++) {
    const current = profile[phase]!;
    profile[phase] = current + before;
    before = current;
  }
}

function standardized(profile: Float64Array): Float64Array {
  const mean = profile.reduce((sum, each) => sum + each, 0) / profile.length;
  const variance = profile.reduce((sum, each) => sum + (each - mean) ** 2, 0) / profile.length;
  return profile.map((each) => (each - mean) / (Math.sqrt(variance) || 1));
}
