/// The largest difference of two equally long lists, relative to the largest magnitude of the expected one.
public func relativeDifference(_ found: [Float], _ expected: [Float]) -> Double {
    precondition(found.count == expected.count, "relativeDifference: \(found.count) and \(expected.count) values")
    let largest = expected.reduce(0) { max($0, abs(Double($1))) }
    let difference = zip(found, expected).reduce(0.0) { worst, pair in
        let one = abs(Double(pair.0) - Double(pair.1))
        // A NaN must not pass for a small difference.
        return one.isNaN ? .infinity : max(worst, one)
    }
    return largest == 0 ? difference : difference / largest
}
