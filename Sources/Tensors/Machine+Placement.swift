import CKernels

extension Machine {
    /// One part of the processors of a list, cut into as many parts of whole cores in a row, those of a NUMA node together.
    ///
    /// Parts are as even as they go; where there are more of them than cores, several have the same core.
    package static func processors(_ list: String, part index: Int, of count: Int) -> String {
        text { ck_part_of_processors("", list, Int32(count), Int32(index), $0, $1) }
    }

    /// The number of cores that the processors of a list belong to.
    package static func coreCount(_ list: String) -> Int { Int(ck_core_count("", list)) }

    /// The processors that the control group pays for; nil where it sets no limit.
    package static var quota: Double? {
        let quota = ck_find_processors("").quota
        return quota > 0 ? quota : nil
    }

    /// Keeps the calling thread and the pool's, none of which has worked yet, to the processors of a list.
    ///
    /// - Returns: whether the system did so.
    package static func bind(to list: String) -> Bool { ck_bind_threads(list) }

    /// The number of processors in a list.
    package static func processorCount(_ list: String) -> Int { Int(ck_processor_count(list)) }

    /// The processors that this host has for the control group, whatever the process was bound to.
    package static var processorsOfHost: Int { Int(ck_find_processors("").of_group) }

    /// Whether two lists have a processor in common.
    package static func overlap(_ list: String, _ other: String) -> Bool { ck_overlap(list, other) }
}
