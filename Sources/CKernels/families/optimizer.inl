// The optimizer's step, bit for bit the same in every instruction set.
#pragma clang fp contract(off)

// One step of AdamW (Loshchilov and Hutter, arXiv 1711.05101) on n parameters in torch.optim.AdamW's order:
//   g = gradient * gradient_scale                       p *= 1 - lr * weight_decay
//   first += (1 - beta1) * (g - first)                  second = beta2 * second + (1 - beta2) * g^2
//   p -= lr / bias_correction1 * first / (sqrt(second) / sqrt(bias_correction2) + epsilon)
// The bias corrections are 1 - beta^t at step t. Scalars are combined in double and rounded to f32 once; both moments
// add their product unrounded, as torch does.
void CK_NAME(ck_adamw_f32)(
    int64_t n, float *parameter, const float *gradient, float *first, float *second, double lr, double beta1,
    double beta2, double epsilon, double weight_decay, double gradient_scale, double bias_correction1,
    double bias_correction2) {
    const float decay = (float)(1 - lr * weight_decay), scale = (float)gradient_scale;
    const float first_weight = (float)(1 - beta1), second_keep = (float)beta2, second_weight = (float)(1 - beta2);
    const float correction = (float)sqrt(bias_correction2), smallest = (float)epsilon;
    const float step = (float)(-(lr / bias_correction1));
    CK_EACH_ELEMENT for (int64_t i = 0; i < n; i++) {
        float g = gradient[i] * scale, p = parameter[i] * decay;
        float m = fmaf(first_weight, g - first[i], first[i]);
        float v = fmaf(second_weight * g, g, second[i] * second_keep);
        float denominator = __builtin_elementwise_sqrt(v) / correction + smallest;
        first[i] = m;
        second[i] = v;
        parameter[i] = p + step * m / denominator;
    }
}

#pragma clang fp contract(on)
