/// The counter-based generator Philox4x32-10 (Salmon et al. 2011): 128 random bits that depend on nothing but a
/// counter and a key, so that any of them can be had at any time, in any order, on any thread.
package enum Philox4x32 {
    /// The random block of a counter under a key.
    package static func block(counter: SIMD4<UInt32>, key: SIMD2<UInt32>) -> SIMD4<UInt32> {
        var counter = counter
        var key = key
        for round in 0..<10 {
            if round > 0 { key &+= SIMD2(0x9E37_79B9, 0xBB67_AE85) }
            let first = counter[0].multipliedFullWidth(by: 0xD251_1F53)
            let second = counter[2].multipliedFullWidth(by: 0xCD9E_8D57)
            counter = SIMD4(
                second.high ^ counter[1] ^ key[0], second.low, first.high ^ counter[3] ^ key[1], first.low)
        }
        return counter
    }
}
