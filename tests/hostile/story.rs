//! Bytes that somebody made up, read as a story: every sequence of bytes is one, and bytes that are near each other
//! tell stories that are near each other, as a fuzzer needs it.

pub struct Story<'a>(&'a [u8]);

impl<'a> Story<'a> {
    pub fn new(bytes: &'a [u8]) -> Self {
        Self(bytes)
    }

    /// What happens next; nothing when the story is over.
    pub fn next(&mut self) -> Option<u8> {
        let (first, rest) = self.0.split_first()?;
        self.0 = rest;
        Some(*first)
    }

    /// 0 behind the end.
    pub fn byte(&mut self) -> u8 {
        self.next().unwrap_or(0)
    }

    pub fn number(&mut self) -> u32 {
        match self.byte() {
            255 => u32::from_le_bytes([self.byte(), self.byte(), self.byte(), self.byte()]),
            small => u32::from(small),
        }
    }

    /// True once in so many times.
    pub fn once_in(&mut self, times: u8) -> bool {
        self.byte() % times == times - 1
    }

    pub fn below(&mut self, end: usize) -> usize {
        usize::from(self.byte()) % end.max(1)
    }

    /// One of these; there is at least one.
    pub fn pick<T: Copy>(&mut self, from: &[T]) -> T {
        from[self.below(from.len())]
    }

    pub fn maybe<T>(&mut self, make: impl FnOnce(&mut Self) -> T) -> Option<T> {
        (!self.once_in(4)).then(|| make(self))
    }

    /// Up to so many.
    pub fn some<T>(&mut self, most: usize, mut make: impl FnMut(&mut Self) -> T) -> Vec<T> {
        (0..self.below(most + 1)).map(|_| make(self)).collect()
    }

    /// Any text, short or as long as the story.
    pub fn text(&mut self) -> String {
        let length = self.number() as usize;
        let (text, rest) = self.0.split_at(length.min(self.0.len()));
        self.0 = rest;
        String::from_utf8_lossy(text).into_owned()
    }

    /// The same text, or one that is a few bytes away from it.
    pub fn spoil(&mut self, text: String) -> String {
        if !self.once_in(8) {
            return text;
        }
        let mut bytes = text.into_bytes();
        for _ in 0..=self.below(3) {
            let (place, byte) = (self.number() as usize % (bytes.len() + 1), self.byte());
            match self.byte() % 3 {
                0 => bytes.insert(place, byte),
                1 if place < bytes.len() => bytes[place] = byte,
                _ if place < bytes.len() => drop(bytes.remove(place)),
                _ => bytes.push(byte),
            }
        }
        String::from_utf8_lossy(&bytes).into_owned()
    }

    /// Milliseconds to go on: a moment, or as long as the longest wait in Tincan and more.
    pub fn wait(&mut self) -> std::time::Duration {
        std::time::Duration::from_millis(1 << self.below(20) | u64::from(self.byte()))
    }
}
