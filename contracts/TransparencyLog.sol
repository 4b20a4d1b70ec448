// SPDX-License-Identifier: Apache-2.0
pragma solidity >=0.8.11 <0.9.0;

/// @title TransparencyLog: the head of an RFC 9162 Merkle tree that the chain computes for itself
/// @notice Keeps the frontier of the SHA-256 tree (the roots of its complete subtrees, one for each bit that is set in
/// the size) and extends it leaf by leaf, so nobody can publish a root that does not grow out of the one before.
/// Every leaf stands in the event of its own batch. The contract uses neither block.chainid nor timestamps nor
/// keccak256 on data that is compared off the chain, so the same bytes run on Ethereum nodes, Besu and FISCO BCOS.
contract TransparencyLog {
    /// @notice The largest number of leaves one call may append.
    uint256 public constant MAX_BATCH = 1000;

    address private _writer;
    uint64 private _size;
    bool private _paused;
    address private _admin;
    address private _pendingAdmin;
    address private _guardian;
    /// Roots of complete subtrees of 2**level leaves; a word counts only while that bit of the size is set.
    bytes32[64] private _frontier;

    event Started(uint64 size, bytes32 root, address admin, address writer, address guardian);
    event Appended(uint64 indexed start, uint64 size, bytes32 root, bytes32[] leaves);
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
    error WrongStart(uint64 size, uint64 start);
    error EmptyBatch();
    error BatchTooLarge(uint256 count, uint256 limit);
    error WrongFrontier(uint256 given, uint256 expected);
    error HashFailed();

    modifier onlyAdmin() {
        if (msg.sender != _admin) revert NotAdmin(msg.sender);
        _;
    }

    /// @param startSize Size of the old log this one continues; 0 for a new log.
    /// @param startFrontier Roots of the old log's complete subtrees, largest first: one for each set bit of startSize.
    constructor(
        address admin_,
        address writer_,
        address guardian_,
        uint64 startSize,
        bytes32[] memory startFrontier
    ) {
        if (admin_ == address(0) || writer_ == address(0) || guardian_ == address(0)) revert ZeroAddress();
        _admin = admin_;
        _writer = writer_;
        _guardian = guardian_;
        uint256 taken;
        for (uint256 level = 64; level > 0; level--) {
            if ((startSize >> (level - 1)) & 1 == 1) {
                if (taken < startFrontier.length) _frontier[level - 1] = startFrontier[taken];
                taken++;
            }
        }
        if (taken != startFrontier.length) revert WrongFrontier(startFrontier.length, taken);
        _size = startSize;
        emit Started(startSize, root(), admin_, writer_, guardian_);
    }

    /// @notice Appends leaf hashes, computes the new root and emits both.
    /// @param start The size the writer believes the log has; any other size refuses the batch.
    /// @param leaves RFC 9162 leaf hashes, SHA-256(0x00 || entry), at least 1 and at most MAX_BATCH.
    function append(uint64 start, bytes32[] calldata leaves) external {
        if (msg.sender != _writer) revert NotWriter(msg.sender);
        if (_paused) revert LogPaused();
        uint64 oldSize = _size;
        if (start != oldSize) revert WrongStart(oldSize, start);
        uint256 count = leaves.length;
        if (count == 0) revert EmptyBatch();
        if (count > MAX_BATCH) revert BatchTooLarge(count, MAX_BATCH);
        uint64 newSize = oldSize + uint64(count);
        _extend(oldSize, leaves);
        _size = newSize;
        emit Appended(oldSize, newSize, root(), leaves);
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
        if (bits == 0) return sha256("");
        bool begun;
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
        uint256 count;
        for (uint256 bits = _size; bits != 0; bits &= bits - 1) count++;
        nodes = new bytes32[](count);
        uint256 bits_ = _size;
        for (uint256 level = 0; bits_ != 0; level++) {
            if (bits_ & 1 == 1) nodes[--count] = _frontier[level];
            bits_ >>= 1;
        }
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
