//! Random numbers that follow from a seed, so that a journal need not hold them.

use rand::RngCore;
use sha2::{Digest, Sha256};

/// A stream of random bytes: SHA-256 over seed, draw and block, which no release of a library will change.
pub struct Draws {
    seed: u128,
    draw: u32,
    block: u64,
}

impl Draws {
    /// The stream of one draw from a seed.
    pub(crate) fn new(seed: u128, draw: u32) -> Draws {
        Draws { seed, draw, block: 0 }
    }

    fn next_block(&mut self) -> [u8; 32] {
        self.block += 1;
        Sha256::new()
            .chain_update(self.seed.to_le_bytes())
            .chain_update(self.draw.to_le_bytes())
            .chain_update(self.block.to_le_bytes())
            .finalize()
            .into()
    }
}

impl RngCore for Draws {
    fn next_u32(&mut self) -> u32 {
        self.next_u64() as u32
    }

    fn next_u64(&mut self) -> u64 {
        let mut bytes = [0; 8];
        self.fill_bytes(&mut bytes);
        u64::from_le_bytes(bytes)
    }

    fn fill_bytes(&mut self, target: &mut [u8]) {
        for chunk in target.chunks_mut(32) {
            let block = self.next_block();
            chunk.copy_from_slice(&block[..chunk.len()]);
        }
    }
}
