/// Which rows of a matrix that can grow are free.
struct RowAllocator {
    /// All rows, free or not.
    private(set) var count = 0
    /// In order, none empty, none touching the next.
    private var free: [Range<Int>] = []

    /// Takes the first free run of rows that is long enough, growing where there is none.
    mutating func take(_ rows: Int) -> Range<Int> {
        if let index = free.firstIndex(where: { $0.count >= rows }) {
            let taken = free[index].prefix(rows)
            free[index].removeFirst(rows)
            if free[index].isEmpty { free.remove(at: index) }
            return taken
        }
        let start = free.last.flatMap { $0.upperBound == count ? $0.lowerBound : nil } ?? count
        if start < count { free.removeLast() }
        count = start + rows
        return start..<count
    }

    /// Gives taken rows back.
    mutating func release(_ rows: Range<Int>) {
        guard !rows.isEmpty else { return }
        let index = free.firstIndex { $0.lowerBound >= rows.upperBound } ?? free.count
        free.insert(rows, at: index)
        for later in [index + 1, index] where later > 0 && later < free.count {
            guard free[later - 1].upperBound == free[later].lowerBound else { continue }
            free[later - 1] = free[later - 1].lowerBound..<free.remove(at: later).upperBound
        }
    }
}
