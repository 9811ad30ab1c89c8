import Foundation
import Testing

@testable import Training

@Suite("The slowest of several ranks")
struct ExpectedMaximumTests {
    /// Expectations of the largest of n standard normal variables: 1/√π, 3/(2√π), and Harter's table (1961).
    @Test(
        "equal ranks are as slow as the table of order statistics says",
        arguments: [(1, 0), (2, 0.5641896), (3, 0.8462844), (4, 1.0293754), (10, 1.5387527), (100, 2.5075936)])
    func equal(count: Int, expected: Double) {
        let found = expectedMaximum(of: [Double](repeating: 50, count: count), deviation: 0.03)
        #expect(abs(found - 50 * (1 + 0.03 * expected)) < 1e-6, "\(found)")
    }

    @Test("two unequal ranks follow Clark's formula (1961)", arguments: [(10.0, 9.9), (10, 8), (3, 2.7), (1, 0)])
    func unequal(first: Double, second: Double) {
        let deviation = 0.05
        let spread = deviation * (first * first + second * second).squareRoot()
        let distance = (first - second) / spread
        func below(_ value: Double) -> Double { erfc(-value / 2.0.squareRoot()) / 2 }
        let density = exp(-distance * distance / 2) / (2 * Double.pi).squareRoot()
        let expected = first * below(distance) + second * below(-distance) + spread * density
        #expect(abs(expectedMaximum(of: [first, second], deviation: deviation) - expected) < 1e-6 * first)
    }

    @Test("without noise the slowest is the one with most work")
    func exact() {
        #expect(expectedMaximum(of: [1, 3, 2], deviation: 0) == 3)
        #expect(expectedMaximum(of: [0, 0], deviation: 0.05) == 0)
    }

    @Test("each row goes to the rank that has least, the longest first, and all of them go somewhere")
    func shares() {
        #expect(rowShares(of: [3, 5, 3, 4, 3], ranks: 2) == [8, 10])
        #expect(rowShares(of: [7, 1], ranks: 4) == [7, 1, 0, 0])
        #expect(rowShares(of: [2, 3, 5], ranks: 1) == [10])
    }
}
