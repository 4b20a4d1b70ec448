// SPDX-License-Identifier: Apache-2.0
pragma solidity >=0.8.11 <0.9.0;

/// @title TransparencyLog: the head of an RFC 9162 Merkle tree that the chain computes for itself
/// @notice Keeps the frontier of the SHA-256 tree (the roots of its complete subtrees, one for each bit that is set in
/// the size) and extends it leaf by leaf, so nobody can publish a root that does not grow out of the one before.
/// Every leaf stands in the event of its own batch. The contract uses neither block.chainid nor timestamps nor
/// keccak256 on data that is compared off the chain, so the same bytes run on Ethereum nodes, Besu and FISCO BCOS.
/// Beside the tree stand the statuses of certificates and licences. A status names the leaf that says so, changes only
/// in the append that carries this leaf, and can be read by any contract.
contract TransparencyLog {
    /// @notice The largest number of leaves one call may append.
    uint256 public constant MAX_BATCH = 1000;
    /// @notice The state of a status that is in force; 0 is unknown, every other number is not in force.
    uint8 public constant ACTIVE = 1;

    /// The root of no leaves: SHA-256 of nothing.
    bytes32 private constant EMPTY_ROOT = 0xe3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855;

    /// @notice A status that the leaf at `position` of this batch says. `validUntil` is yyyymmdd, 0 for no end.
    struct StatusChange {
        bytes32 id;
        uint32 position;
        uint8 state;
        uint32 validUntil;
    }

    /// @notice A status as the log that this one continues holds it; `index` is its leaf's in the whole log.
    struct CarriedStatus {
        bytes32 id;
        uint64 index;
        uint8 state;
        uint32 validUntil;
    }

    /// What this log started from: the head of the log it continues, and where that log is.
    uint64 private immutable _startSize;
    bytes32 private immutable _startRoot;
    uint64 private immutable _oldChain;
    address private immutable _oldLog;

    address private _writer;
    uint64 private _size;
    bool private _paused;
    /// Whether statuses of the old log may still be carried over: only before the first append.
    bool private _carrying;
    bool private _closed;
    address private _admin;
    address private _pendingAdmin;
    address private _guardian;
    /// Roots of complete subtrees of 2**level leaves; a word counts only while that bit of the size is set.
    bytes32[64] private _frontier;
    /// Packed: state in the lowest byte, then validUntil in 4 bytes, then the leaf's index in 8.
    mapping(bytes32 => uint256) private _status;

    event Started(uint64 size, bytes32 root, uint64 oldChain, address oldLog, address admin, address writer, address guardian);
    event Appended(uint64 indexed start, uint64 size, bytes32 root, bytes32[] leaves);
    event StatusChanged(bytes32 indexed id, uint64 indexed index, uint8 state, uint32 validUntil);
    event Closed(uint64 size, bytes32 root, uint64 newChain, address newLog);
    event WriterChanged(address indexed writer);
    event GuardianChanged(address indexed guardian);
    event AdminOffered(address indexed pendingAdmin);
    event AdminChanged(address indexed admin);
    event PauseChanged(bool paused);

    error NotAdmin(address sender);
    error NotPendingAdmin(address sender);
    error NotWriter(address sender);
    error NotGuardian(address sender);
    error ZeroAddress();
    error LogPaused();
    error LogClosed();
    error NotCarrying();
    error WrongStart(uint64 size, uint64 start);
    error EmptyBatch();
    error BatchTooLarge(uint256 count, uint256 limit);
    error WrongFrontier(uint256 given, uint256 expected);
    error WrongPredecessor();
    error NoState(bytes32 id);
    error StatusWithoutLeaf(bytes32 id, uint256 position);
    error StatusKnown(bytes32 id);
    error HashFailed();

    modifier onlyAdmin() {
        if (msg.sender != _admin) revert NotAdmin(msg.sender);
        _;
    }

    modifier onlyWriter() {
        if (msg.sender != _writer) revert NotWriter(msg.sender);
        if (_paused) revert LogPaused();
        if (_closed) revert LogClosed();
        _;
    }

    /// @param startSize Size of the old log this one continues; 0 for a new log.
    /// @param startFrontier Roots of the old log's complete subtrees, largest first: one for each set bit of startSize.
    /// @param oldChain The chain of the old log, as its operators name it; 0 for a new log.
    /// @param oldLog The address of the old log on that chain; zero for a new log, and only then.
    constructor(
        address admin_,
        address writer_,
        address guardian_,
        uint64 startSize,
        bytes32[] memory startFrontier,
        uint64 oldChain,
        address oldLog
    ) {
        if (admin_ == address(0) || writer_ == address(0) || guardian_ == address(0)) revert ZeroAddress();
        if ((startSize == 0) != (oldLog == address(0))) revert WrongPredecessor();
        _admin = admin_;
        _writer = writer_;
        _guardian = guardian_;
        uint256 taken = 0;
        for (uint256 level = 64; level > 0; level--) {
            if ((startSize >> (level - 1)) & 1 == 1) {
                if (taken < startFrontier.length) _frontier[level - 1] = startFrontier[taken];
                taken++;
            }
        }
        if (taken != startFrontier.length) revert WrongFrontier(startFrontier.length, taken);
        _size = startSize;
        _carrying = startSize != 0;
        bytes32 startRoot = root();
        _startSize = startSize;
        _startRoot = startRoot;
        _oldChain = oldChain;
        _oldLog = oldLog;
        emit Started(startSize, startRoot, oldChain, oldLog, admin_, writer_, guardian_);
    }

    /// @notice Appends leaf hashes, computes the new root, sets the statuses that the leaves say, and emits all of it.
    /// @param start The size the writer believes the log has; any other size refuses the batch.
    /// @param leaves RFC 9162 leaf hashes, SHA-256(0x00 || entry), at least 1 and at most MAX_BATCH.
    /// @param changes At most one status for each leaf, in the order of their leaves.
    function append(uint64 start, bytes32[] calldata leaves, StatusChange[] calldata changes) external onlyWriter {
        uint64 oldSize = _size;
        if (start != oldSize) revert WrongStart(oldSize, start);
        uint256 count = leaves.length;
        if (count == 0) revert EmptyBatch();
        if (count > MAX_BATCH) revert BatchTooLarge(count, MAX_BATCH);
        uint64 newSize = oldSize + uint64(count);
        _extend(oldSize, leaves);
        _size = newSize;
        _carrying = false;
        emit Appended(oldSize, newSize, root(), leaves);
        uint256 least = 0;
        for (uint256 i = 0; i < changes.length; i++) {
            StatusChange calldata change = changes[i];
            if (change.position < least || change.position >= count) {
                revert StatusWithoutLeaf(change.id, change.position);
            }
            least = uint256(change.position) + 1;
            _set(change.id, oldSize + change.position, change.state, change.validUntil);
        }
    }

    /// @notice Takes over statuses of the old log, each with the leaf that says it; only before the first append.
    /// Any auditor can compare them: their leaves are under the start head.
    function carry(CarriedStatus[] calldata statuses) external onlyWriter {
        if (!_carrying) revert NotCarrying();
        for (uint256 i = 0; i < statuses.length; i++) {
            CarriedStatus calldata status = statuses[i];
            if (_status[status.id] != 0) revert StatusKnown(status.id);
            if (status.index >= _startSize) revert StatusWithoutLeaf(status.id, status.index);
            _set(status.id, status.index, status.state, status.validUntil);
        }
    }

    function _set(bytes32 id, uint64 index, uint8 state, uint32 validUntil) private {
        if (state == 0) revert NoState(id);
        _status[id] = uint256(state) | (uint256(validUntil) << 8) | (uint256(index) << 40);
        emit StatusChanged(id, index, state, validUntil);
    }

    /// @notice The status of a certificate or licence: its state (0: unknown, ACTIVE, or another of the log's codes),
    /// the last day it is valid (yyyymmdd, 0 for no end), and the index of the leaf that says so.
    /// @param id SHA-256("gongshu/status/v1" || 0x00 || subject).
    function statusOf(bytes32 id) external view returns (uint8 state, uint32 validUntil, uint64 index) {
        uint256 word = _status[id];
        return (uint8(word), uint32(word >> 8), uint64(word >> 40));
    }

    /// @notice Whether a status is in force on a day (yyyymmdd), which the caller gives: chains disagree about time.
    function inForce(bytes32 id, uint32 day) external view returns (bool) {
        uint256 word = _status[id];
        uint32 validUntil = uint32(word >> 8);
        return uint8(word) == ACTIVE && (validUntil == 0 || day <= validUntil);
    }

    /// Joins the new nodes with the frontier level by level, in place; each level writes at most one storage word.
    function _extend(uint256 oldSize, bytes32[] calldata leaves) private {
        assembly ("memory-safe") {
            // scratch: 0x1f holds the node prefix, 0x20.. left, 0x40.. right; the free pointer at 0x40 is put back
            let free := mload(0x40)
            let row := free
            let count := leaves.length
            // one spare word in front takes the frontier's node when the old size is odd at this level
            let first := add(row, 0x20)
            calldatacopy(first, leaves.offset, shl(5, count))
            mstore8(0x1f, 1)
            let bits := oldSize
            let slot := _frontier.slot
            for {} count {} {
                let from := first
                if and(bits, 1) {
                    from := row
                    mstore(row, sload(slot))
                    count := add(count, 1)
                }
                let pairs := shr(1, count)
                if and(count, 1) { sstore(slot, mload(add(from, shl(5, sub(count, 1))))) }
                let to := first
                for { let end := add(to, shl(5, pairs)) } lt(to, end) { to := add(to, 0x20) } {
                    mstore(0x20, mload(from))
                    mstore(0x40, mload(add(from, 0x20)))
                    if iszero(staticcall(gas(), 2, 0x1f, 65, to, 0x20)) {
                        mstore(0, 0x832d990500000000000000000000000000000000000000000000000000000000)
                        revert(0, 4)
                    }
                    from := add(from, 0x40)
                }
                count := pairs
                bits := shr(1, bits)
                slot := add(slot, 1)
            }
            mstore(0x40, free)
        }
    }

    /// @notice The number of leaves.
    function size() external view returns (uint64) {
        return _size;
    }

    /// @notice The RFC 9162 root of all leaves; SHA-256 of nothing for an empty log.
    function root() public view returns (bytes32 head) {
        uint256 bits = _size;
        if (bits == 0) return EMPTY_ROOT;
        bool begun = false;
        for (uint256 level = 0; bits != 0; level++) {
            if (bits & 1 == 1) {
                bytes32 node = _frontier[level];
                head = begun ? sha256(abi.encodePacked(bytes1(0x01), node, head)) : node;
                begun = true;
            }
            bits >>= 1;
        }
    }

    /// @notice Roots of the complete subtrees, largest first: what a next log needs to continue this one.
    function frontier() external view returns (bytes32[] memory nodes) {
        uint256 count = 0;
        for (uint256 bits = _size; bits != 0; bits &= bits - 1) count++;
        nodes = new bytes32[](count);
        uint256 bits_ = _size;
        for (uint256 level = 0; bits_ != 0; level++) {
            if (bits_ & 1 == 1) nodes[--count] = _frontier[level];
            bits_ >>= 1;
        }
    }

    /// @notice The head this log started from, and the log it continues (zero, the empty root, zero, zero for none).
    function startHead() external view returns (uint64 size_, bytes32 root_, uint64 oldChain, address oldLog) {
        return (_startSize, _startRoot, _oldChain, _oldLog);
    }

    function writer() external view returns (address) {
        return _writer;
    }

    function guardian() external view returns (address) {
        return _guardian;
    }

    function admin() external view returns (address) {
        return _admin;
    }

    function pendingAdmin() external view returns (address) {
        return _pendingAdmin;
    }

    function paused() external view returns (bool) {
        return _paused;
    }

    function closed() external view returns (bool) {
        return _closed;
    }

    /// @notice Gives the right to append to another account.
    function setWriter(address writer_) external onlyAdmin {
        if (writer_ == address(0)) revert ZeroAddress();
        _writer = writer_;
        emit WriterChanged(writer_);
    }

    /// @notice Gives the right to pause to another account.
    function setGuardian(address guardian_) external onlyAdmin {
        if (guardian_ == address(0)) revert ZeroAddress();
        _guardian = guardian_;
        emit GuardianChanged(guardian_);
    }

    /// @notice Stops appends; the guardian alone may do so.
    function pause() external {
        if (msg.sender != _guardian) revert NotGuardian(msg.sender);
        _paused = true;
        emit PauseChanged(true);
    }

    /// @notice Lets appends go on; the admin alone may do so.
    function unpause() external onlyAdmin {
        _paused = false;
        emit PauseChanged(false);
    }

    /// @notice Ends this log for ever and names the one that goes on from its head; the admin alone may do so.
    function close(uint64 newChain, address newLog) external onlyAdmin {
        if (_closed) revert LogClosed();
        if (newLog == address(0)) revert ZeroAddress();
        _closed = true;
        emit Closed(_size, root(), newChain, newLog);
    }

    /// @notice Offers the admin role; it changes hands only when the other account accepts. Zero withdraws the offer.
    function offerAdmin(address pendingAdmin_) external onlyAdmin {
        _pendingAdmin = pendingAdmin_;
        emit AdminOffered(pendingAdmin_);
    }

    /// @notice Accepts an offered admin role.
    function acceptAdmin() external {
        if (msg.sender != _pendingAdmin) revert NotPendingAdmin(msg.sender);
        _admin = msg.sender;
        _pendingAdmin = address(0);
        emit AdminChanged(msg.sender);
    }
}
