;; Resizing images of three bytes a pixel, with whole numbers as Pillow computes: coefficients of 22 bits after
;; the point, each of the two passes rounded to bytes. Source of resample_wasm.ts.
(module
  (memory (export "memory") 1)

  ;; Each row of `source` to `width` pixels, as three planes of rows * width bytes. `step` is 1, or -1 to write
  ;; from right to left. `bounds` holds for each pixel of the result the first pixel and the number of pixels
  ;; that it is made of, `coefficients` their weights, `taps` of them for each.
  (func (export "horizontal")
    (param $source i32) (param $stride i32) (param $rows i32) (param $width i32)
    (param $bounds i32) (param $coefficients i32) (param $taps i32)
    (param $target i32) (param $step i32)
    (local $row i32) (local $x i32) (local $at i32) (local $end i32) (local $weight i32)
    (local $bound i32) (local $weights i32) (local $to i32) (local $plane i32) (local $two i32)
    (local $sum v128)
    (local.set $plane (i32.mul (local.get $rows) (local.get $width)))
    (local.set $two (i32.shl (local.get $plane) (i32.const 1)))
    (local.set $taps (i32.shl (local.get $taps) (i32.const 2)))
    (block $done
      (loop $rows_
        (br_if $done (i32.ge_u (local.get $row) (local.get $rows)))
        (local.set $x (i32.const 0))
        (local.set $bound (local.get $bounds))
        (local.set $weights (local.get $coefficients))
        (local.set $to (i32.add (local.get $target) (i32.mul (local.get $row) (local.get $width))))
        (if (i32.lt_s (local.get $step) (i32.const 0))
          (then (local.set $to (i32.sub (i32.add (local.get $to) (local.get $width)) (i32.const 1)))))
        (loop $columns
          (local.set $at (i32.add (local.get $source)
            (i32.mul (i32.load (local.get $bound)) (i32.const 3))))
          (local.set $weight (local.get $weights))
          ;; As many for every pixel, most of the last weights being 0: a count that changes costs more.
          (local.set $end (i32.add (local.get $weights) (local.get $taps)))
          (local.set $sum (v128.const i32x4 2097152 2097152 2097152 2097152))
          (loop $taps_
            (local.set $sum (i32x4.add (local.get $sum)
              (i32x4.mul
                (i32x4.extend_low_i16x8_u (i16x8.extend_low_i8x16_u (v128.load32_zero (local.get $at))))
                (v128.load32_splat (local.get $weight)))))
            (local.set $at (i32.add (local.get $at) (i32.const 3)))
            (local.set $weight (i32.add (local.get $weight) (i32.const 4)))
            (br_if $taps_ (i32.lt_u (local.get $weight) (local.get $end))))
          (local.set $sum (i32x4.shr_s (local.get $sum) (i32.const 22)))
          (local.set $sum (i16x8.narrow_i32x4_s (local.get $sum) (local.get $sum)))
          (local.set $sum (i8x16.narrow_i16x8_u (local.get $sum) (local.get $sum)))
          (v128.store8_lane 0 (local.get $to) (local.get $sum))
          (v128.store8_lane 1 (i32.add (local.get $to) (local.get $plane)) (local.get $sum))
          (v128.store8_lane 2 (i32.add (local.get $to) (local.get $two)) (local.get $sum))
          (local.set $to (i32.add (local.get $to) (local.get $step)))
          (local.set $bound (i32.add (local.get $bound) (i32.const 8)))
          (local.set $weights (i32.add (local.get $weights) (local.get $taps)))
          (local.set $x (i32.add (local.get $x) (i32.const 1)))
          (br_if $columns (i32.lt_u (local.get $x) (local.get $width))))
        (local.set $source (i32.add (local.get $source) (local.get $stride)))
        (local.set $row (i32.add (local.get $row) (i32.const 1)))
        (br $rows_))))

  ;; The rows of one plane to `rows` rows, sixteen bytes at a time: up to fifteen bytes behind the result are
  ;; written over.
  (func (export "vertical")
    (param $source i32) (param $width i32) (param $rows i32)
    (param $bounds i32) (param $coefficients i32) (param $taps i32) (param $target i32)
    (local $x i32) (local $at i32) (local $end i32) (local $weight i32) (local $from i32) (local $last i32)
    (local $a v128) (local $b v128) (local $c v128) (local $d v128)
    (local $low v128) (local $high v128) (local $by v128)
    (local.set $taps (i32.shl (local.get $taps) (i32.const 2)))
    (local.set $last (i32.add (local.get $bounds) (i32.shl (local.get $rows) (i32.const 3))))
    (block $done
      (loop $rows_
        (br_if $done (i32.ge_u (local.get $bounds) (local.get $last)))
        (local.set $from (i32.add (local.get $source)
          (i32.mul (i32.load (local.get $bounds)) (local.get $width))))
        (local.set $end (i32.add (local.get $coefficients)
          (i32.shl (i32.load offset=4 (local.get $bounds)) (i32.const 2))))
        (local.set $x (i32.const 0))
        (loop $columns
          (local.set $a (v128.const i32x4 2097152 2097152 2097152 2097152))
          (local.set $b (local.get $a))
          (local.set $c (local.get $a))
          (local.set $d (local.get $a))
          (local.set $at (i32.add (local.get $from) (local.get $x)))
          (local.set $weight (local.get $coefficients))
          (loop $taps_
            (local.set $by (v128.load32_splat (local.get $weight)))
            (local.set $high (v128.load (local.get $at)))
            (local.set $low (i16x8.extend_low_i8x16_u (local.get $high)))
            (local.set $high (i16x8.extend_high_i8x16_u (local.get $high)))
            (local.set $a (i32x4.add (local.get $a)
              (i32x4.mul (i32x4.extend_low_i16x8_u (local.get $low)) (local.get $by))))
            (local.set $b (i32x4.add (local.get $b)
              (i32x4.mul (i32x4.extend_high_i16x8_u (local.get $low)) (local.get $by))))
            (local.set $c (i32x4.add (local.get $c)
              (i32x4.mul (i32x4.extend_low_i16x8_u (local.get $high)) (local.get $by))))
            (local.set $d (i32x4.add (local.get $d)
              (i32x4.mul (i32x4.extend_high_i16x8_u (local.get $high)) (local.get $by))))
            (local.set $at (i32.add (local.get $at) (local.get $width)))
            (local.set $weight (i32.add (local.get $weight) (i32.const 4)))
            (br_if $taps_ (i32.lt_u (local.get $weight) (local.get $end))))
          (v128.store (i32.add (local.get $target) (local.get $x))
            (i8x16.narrow_i16x8_u
              (i16x8.narrow_i32x4_s
                (i32x4.shr_s (local.get $a) (i32.const 22))
                (i32x4.shr_s (local.get $b) (i32.const 22)))
              (i16x8.narrow_i32x4_s
                (i32x4.shr_s (local.get $c) (i32.const 22))
                (i32x4.shr_s (local.get $d) (i32.const 22)))))
          (local.set $x (i32.add (local.get $x) (i32.const 16)))
          (br_if $columns (i32.lt_u (local.get $x) (local.get $width))))
        (local.set $target (i32.add (local.get $target) (local.get $width)))
        (local.set $bounds (i32.add (local.get $bounds) (i32.const 8)))
        (local.set $coefficients (i32.add (local.get $coefficients) (local.get $taps)))
        (br $rows_)))))
