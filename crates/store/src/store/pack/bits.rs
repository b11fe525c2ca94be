//! Packs 128 numbers into as many bits each as the largest of them needs.
//!
//! In: 128 numbers below `2^width`. Out: `16 * width` bytes, and the numbers back. Four streams of 32-bit
//! words lie side by side, so that the compiler reads four numbers with one instruction (Lemire and Boytsov,
//! Decoding billions of integers per second through vectorization, 2015; their SIMD-BP128).

/// How many numbers a block has.
pub(in super::super) const LENGTH: usize = 128;

/// A block of numbers.
pub(in super::super) type Block = [u32; LENGTH];

/// The bits that the largest of some numbers needs.
pub(in super::super) fn width(largest: u32) -> u8 {
    // At most 32.
    (32 - largest.leading_zeros()) as u8
}

/// Appends `block` with `width` bits a number.
pub(in super::super) fn pack(block: &Block, width: u8, out: &mut Vec<u8>) {
    let width = usize::from(width);
    let mut words = [[0u32; 4]; 32];
    let (rows, _) = block.as_chunks::<4>();
    for (row, numbers) in rows.iter().enumerate() {
        let (word, shift) = (row * width / 32, row * width % 32);
        for (lane, number) in numbers.iter().enumerate() {
            if let Some(part) = words.get_mut(word).and_then(|words| words.get_mut(lane)) {
                *part |= number << shift;
            }
            if shift + width > 32
                && let Some(part) = words.get_mut(word + 1).and_then(|words| words.get_mut(lane))
            {
                *part |= number >> (32 - shift);
            }
        }
    }
    out.extend(words.iter().take(width).flatten().flat_map(|word| word.to_le_bytes()));
}

/// Reads what [`pack`] wrote. Fewer bytes than a block has give zeros.
pub(in super::super) fn unpack(bytes: &[u8], width: u8, out: &mut Block) {
    macro_rules! widths {
        ($($width:literal)*) => {
            match width {
                $($width => unpack_width::<$width>(bytes, out),)*
                _ => out.fill(0),
            }
        };
    }
    widths!(1 2 3 4 5 6 7 8 9 10 11 12 13 14 15 16 17 18 19 20 21 22 23 24 25 26 27 28 29 30 31 32);
}

// Without iterators side by side: where these become calls, as they do without optimisation across units, they take most of the time.
#[inline]
fn unpack_width<const WIDTH: usize>(bytes: &[u8], out: &mut Block) {
    // One row more than there is, so that the last number may look past its end.
    let mut words = [[0u32; 4]; 33];
    let (rows, _) = bytes.as_chunks::<16>();
    for (row, stored) in rows.iter().take(WIDTH).enumerate() {
        let [a, b, c, d, e, f, g, h, i, j, k, l, m, n, o, p] = *stored;
        let Some(words) = words.get_mut(row) else { return };
        *words = [[a, b, c, d], [e, f, g, h], [i, j, k, l], [m, n, o, p]].map(u32::from_le_bytes);
    }
    let mask = if WIDTH == 32 { u32::MAX } else { (1 << WIDTH) - 1 };
    let (out, _) = out.as_chunks_mut::<4>();
    for (row, numbers) in out.iter_mut().enumerate() {
        let (word, shift) = (row * WIDTH / 32, row * WIDTH % 32);
        let (Some([a, b, c, d]), Some([e, f, g, h])) = (words.get(word), words.get(word + 1)) else { return };
        // The upper word matters only where a number lies across two of them.
        let joined = |low: u32, high: u32| ((u64::from(low) | u64::from(high) << 32) >> shift) as u32 & mask;
        *numbers = [joined(*a, *e), joined(*b, *f), joined(*c, *g), joined(*d, *h)];
    }
}

/// One number of what [`pack`] wrote: for who needs few of a block. As [`unpack`] has it, no width but 1 to 32 has numbers, and what
/// lies past the end is zeros.
#[inline]
pub(in super::super) fn one(bytes: &[u8], width: u8, place: usize) -> u32 {
    if !(1..=32).contains(&width) {
        return 0;
    }
    let (width, lane) = (usize::from(width), place % 4);
    let (word, shift) = (place / 4 * width / 32, place / 4 * width % 32);
    let (words, _) = bytes.as_chunks::<4>();
    let at = |word: usize| words.get(4 * word + lane).map_or(0, |word| u64::from(u32::from_le_bytes(*word)));
    let joined = at(word) | at(word + 1) << 32;
    // The mask takes what lies above the number.
    ((joined >> shift) & ((1 << width) - 1)) as u32
}

/// Turns each number's distance from the one before into the number itself.
#[inline]
pub(in super::super) fn sum(start: u32, block: &mut Block) {
    let mut last = start;
    for number in block {
        last = last.wrapping_add(*number);
        *number = last;
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn no_width_but_those_that_are_written_has_numbers() {
        for width in [0, 33, 64, 127] {
            let mut block = [7; LENGTH];
            unpack(&[0xff; 512], width, &mut block);
            assert!(block == [0; LENGTH] && (0..LENGTH).all(|place| one(&[0xff; 512], width, place) == 0));
        }
    }

    #[test]
    fn every_width_comes_back() {
        for bits in 0..=32u8 {
            let mask = if bits == 32 { u32::MAX } else { (1u32 << bits) - 1 };
            let mut block = [0; LENGTH];
            for (n, number) in (0u32..).zip(&mut block) {
                *number = n.wrapping_mul(0x9e37_79b9).rotate_left(7) & mask;
            }
            if let Some(last) = block.last_mut() {
                *last = mask;
            }
            assert_eq!(width(*block.iter().max().unwrap()), bits);
            let mut bytes = Vec::new();
            pack(&block, bits, &mut bytes);
            assert_eq!(bytes.len(), 16 * usize::from(bits));
            let mut back = [7; LENGTH];
            unpack(&bytes, bits, &mut back);
            assert_eq!(back, block, "{bits}");
            for (place, number) in block.iter().enumerate() {
                assert_eq!(one(&bytes, bits, place), *number, "{bits}: {place}");
            }
        }
    }
}
